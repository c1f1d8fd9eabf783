//! Metrics up to a step.

use super::{RunError, atomic};
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    step: u64,
}

/// Removes lines of later steps, those that are not whole, and those of the end of a run; all of them if the run begins
/// anew, as it has no checkpoint. Answers with how many stay.
pub(super) fn trim(path: &Path, after: Option<u64>) -> Result<u64, RunError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(RunError::io("read", path)(error)),
    };
    let stays = |line: &&[u8]| {
        line.ends_with(b"\n")
            && serde_json::from_slice::<Line>(line)
                .is_ok_and(|line| after.is_some_and(|step| line.step <= step) && line.kind != "end")
    };
    let kept: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').filter(stays).collect();
    let lines = kept.len() as u64;
    let kept = kept.concat();
    if kept != text {
        atomic::write_bytes(path, &kept)?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_there_after_a_step_is_what_stays(steps in 1_u64..20, to in 0_u64..25, cut in 0_usize..30) {
            let here = tempfile::tempdir().unwrap();
            let path = here.path().join("metrics.jsonl");
            let line = |step: u64| format!("{{\"kind\":\"step\",\"step\":{step},\"values\":{{}}}}\n");
            let lines = |steps: u64| (1..=steps).map(line).collect::<String>();
            let half = &line(steps + 1)[..cut];
            fs::write(&path, format!("{}{{\"kind\":\"end\",\"step\":{steps}}}\n{half}", lines(steps))).unwrap();
            prop_assert_eq!(trim(&path, Some(to)).unwrap(), steps.min(to));
            prop_assert_eq!(fs::read_to_string(&path).unwrap(), lines(steps.min(to)));
            trim(&path, None).unwrap();
            prop_assert_eq!(fs::read_to_string(&path).unwrap(), "");
        }
    }

    #[test]
    fn no_metrics_are_fine() {
        let here = tempfile::tempdir().unwrap();
        assert_eq!(trim(&here.path().join("metrics.jsonl"), Some(3)).unwrap(), 0);
    }
}
