//! The job list for other schedulers.

use super::plan::Plan;
use crate::failure::Failure;
use std::fs;
use std::path::Path;

/// One command a line, for a shell in the folder of the sweep; `STUDY` is the study's program.
pub const JOBS: &str = "jobs.txt";
/// Runs them with GNU parallel.
pub const PARALLEL: &str = "parallel.sh";
/// What is being written.
pub const TEMPORARY: &str = ".sweep.tmp";
/// Runs them as an array of SLURM.
pub const SLURM: &str = "sweep.sbatch";

/// Writes the configurations, the job list and the scripts.
///
/// # Errors
/// If they cannot be written.
pub fn write(plan: &Plan, name: &str, folder: &Path, at_a_time: usize, threads: u32) -> Result<(), Failure> {
    for (setting, resolved) in plan.resolved.iter().enumerate() {
        let text = format!("# {}\n{}", plan.settings[setting], resolved.config);
        replace(&folder.join(plan.file(setting)), &text)?;
    }
    let mut lines = String::new();
    for job in &plan.jobs {
        let flags = plan.flags(job);
        lines.push_str("\"$STUDY\" ");
        lines.push_str(&shlex::try_join(flags.iter().map(String::as_str))?);
        lines.push('\n');
    }
    let program = plan.program.path.display().to_string();
    let program = shlex::try_quote(&program)?.into_owned();
    let label: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    for (file, text) in [
        (JOBS, lines),
        (PARALLEL, parallel(&program, at_a_time)),
        (SLURM, slurm(&program, &label, plan.jobs.len(), threads)),
    ] {
        let path = folder.join(file);
        replace(&path, &text)?;
        #[cfg(unix)]
        if file != JOBS {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

/// Writes a file that exists only whole: under a temporary name first.
///
/// # Errors
/// If it cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let aside = path.with_file_name(TEMPORARY);
    fs::write(&aside, text)
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|error| Failure::new(format!("{} could not be written: {error}", path.display())))
}

fn study(program: &str) -> String {
    format!(
        "# The study's program; where it lies elsewhere, give its path in STUDY.
if [[ -z \"${{STUDY:-}}\" ]]; then
    STUDY={program}
fi
export STUDY
"
    )
}

fn parallel(program: &str, at_a_time: usize) -> String {
    format!(
        "#!/usr/bin/env bash
# The jobs of {JOBS} with GNU parallel. Started again, finished runs stay and begun ones go on.
# Flags are given to parallel: ./{PARALLEL} --jobs 8 --bar
set -euo pipefail
cd \"$(dirname \"${{BASH_SOURCE[0]}}\")\"
{}export PARALLEL_SHELL=\"$BASH\"
# When it is told to stop, so is each job, which then has a minute to write a checkpoint.
exec parallel --jobs {at_a_time} --termseq TERM,60000,KILL,25 \"$@\" :::: {JOBS}
",
        study(program)
    )
}

fn slurm(program: &str, label: &str, jobs: usize, threads: u32) -> String {
    format!(
        "#!/usr/bin/env bash
# The jobs of {JOBS} as an array of SLURM. Submit it in its own folder:
#   sbatch --time=1:00:00 --mem=4G {SLURM}
# Submitted again, finished runs stay and begun ones go on.
#SBATCH --job-name={label}
#SBATCH --array=1-{jobs}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={threads}
#SBATCH --output=logs/slurm-%A_%a.log
# Two minutes before the time is over the program is told to stop, and writes a checkpoint.
#SBATCH --signal=B:TERM@120
set -euo pipefail
if [[ ! -e {JOBS} ]]; then
    echo \"there is no {JOBS} in $PWD: submit this script in its own folder\" >&2
    exit 1
fi
{}job=\"$(sed -n \"${{SLURM_ARRAY_TASK_ID}}p\" {JOBS})\"
if [[ -z \"$job\" ]]; then
    echo \"{JOBS} has no line ${{SLURM_ARRAY_TASK_ID}}\" >&2
    exit 1
fi
# In the place of this shell, so that signals come to the program.
eval \"exec $job\"
",
        study(program)
    )
}
