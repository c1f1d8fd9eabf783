//! What launchers say in the environment.

/// Variables with the number of processes: of Open MPI, of MPICH and its kin, of a step of SLURM.
const SIZES: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];

/// Variables that a process has whose launcher brings processes together.
const RANKS: [&str; 3] = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"];

/// How many processes were started together, if a launcher started this one: at least one.
pub(super) fn launched(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
    let number = |name: &&str| variable(name)?.parse::<usize>().ok();
    let size = SIZES.iter().filter_map(number).max();
    let launched = size.is_some_and(|size| size > 1) || RANKS.iter().any(|name| variable(name).is_some());
    launched.then(|| size.unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::launched;

    #[test]
    fn launchers_are_recognised() {
        let with = |set: &[(&str, &str)]| {
            launched(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[]), None);
        assert_eq!(with(&[("OMPI_COMM_WORLD_SIZE", "2"), ("OMPI_COMM_WORLD_RANK", "0")]), Some(2));
        assert_eq!(with(&[("PMI_SIZE", "3")]), Some(3));
        assert_eq!(with(&[("PMIX_RANK", "1"), ("SLURM_STEP_NUM_TASKS", "4")]), Some(4));
        assert_eq!(with(&[("OMPI_COMM_WORLD_RANK", "0"), ("OMPI_COMM_WORLD_SIZE", "1")]), Some(1));
        // One task of a batch job, and nonsense.
        assert_eq!(with(&[("SLURM_STEP_NUM_TASKS", "1")]), None);
        assert_eq!(with(&[("PMI_SIZE", "many")]), None);
    }
}
