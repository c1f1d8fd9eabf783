//! The program `sweep` as a user runs it, on trainings that take a moment.

#[allow(dead_code, reason = "what the study says before it runs is asked for")]
#[path = "../../src/bin/vae_mnist/main.rs"]
mod vae_mnist;

use crate::support::{Desk, fail, stderr, stdout, succeed, with_defaults};
use latent_needs::Need;
use latent_study::training::Study;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use sysinfo::{Pid, Process, ProcessesToUpdate, Signal, System};

use vae_mnist::VaeMnist;

const SWEEP: &str = r#"
study = "vae_mnist"
config = "plane"
seeds = [1, 2]

[set]
dataset = "mnist"
likelihood_draws = 2
likelihood_images = 10
model.hidden = [8]
training = { steps = 400, batch_size = 16, validate_every = "never", checkpoint_every = "10 steps", log_every = 100 }

[vary]
objective.beta = [1.0, 4.0]

[rank]
by = "negative ELBO, test"
"#;

fn desk(text: &str) -> Desk {
    let desk = Desk::with_data();
    fs::write(desk.path("small.toml"), text).unwrap();
    desk
}

fn sweep(desk: &Desk, flags: &[&str]) -> Command {
    let flags = with_defaults(flags, &[["--data-dir", "data"], ["--jobs", "2"]]);
    desk.command(env!("CARGO_BIN_EXE_sweep"), &[&["small.toml"][..], &flags].concat())
}

/// The final weights of each run, by its name.
fn models(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let done = |name: &str| folder.join(name).join("DONE").exists();
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| done(name))
        .map(|name| {
            assert!(folder.join(&name).join("figures.json").exists(), "{name} is done without its figures");
            let model = fs::read(folder.join(&name).join("model.safetensors")).unwrap();
            (name, model)
        })
        .collect()
}

fn has_checkpoint(folder: &Path) -> bool {
    let runs = fs::read_dir(folder).into_iter().flatten().flatten();
    runs.filter_map(|run| fs::read_dir(run.path().join("checkpoints")).ok()).any(|mut entries| entries.next().is_some())
}

/// The sweep, from the moment when it runs something and there is a checkpoint.
fn at_work(mut command: Command, folder: &Path) -> Child {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !(has_checkpoint(folder) && family(&child) > 1) && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    child
}

/// Acts on the sweep, then on its jobs.
fn with_children(of: &Child, mut act: impl FnMut(&Process)) {
    let mut system = System::new();
    system.refresh_processes(ProcessesToUpdate::All, true);
    let sweep = Pid::from_u32(of.id());
    system.process(sweep).into_iter().for_each(&mut act);
    let is_job = |process: &&Process| process.parent() == Some(sweep) && process.thread_kind().is_none();
    system.processes().values().filter(is_job).for_each(act);
}

fn family(of: &Child) -> usize {
    let mut count = 0;
    with_children(of, |_| count += 1);
    count
}

#[test]
fn a_sweep_ends_as_its_runs_would_alone_however_often_it_is_killed() {
    let desk = desk(SWEEP);
    let output = succeed(sweep(&desk, &["--output", "whole"]));
    let whole = models(&desk.path("whole"));
    assert_eq!(whole.len(), 4, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("negative ELBO, test [nats]") && text.lines().count() == 4, "{text}");
    let table = fs::read_to_string(desk.path("whole/summary.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = rows.deserialize().map(Result::unwrap).collect();
    assert_eq!(
        rows.iter().map(|row| (&row["rank"][..], &row["seeds"][..])).collect::<Vec<_>>(),
        [("1", "2"), ("2", "2")]
    );
    let ranked: Vec<f64> = rows.iter().map(|row| row["negative ELBO, test [nats]"].parse().unwrap()).collect();
    assert!(ranked[0] <= ranked[1], "{ranked:?}");
    // The study has said before which figures there would be.
    let name = |column: &str| column.split(" [").next().unwrap().to_owned();
    let others = ["rank", "objective.beta", "seeds", "runs"];
    let header = csv::Reader::from_reader(table.as_bytes()).headers().unwrap().clone();
    let figures = header.iter().filter(|column| !others.contains(column)).map(name);
    let unknown: Vec<String> = figures
        .map(|figure| figure.trim_start_matches("± ").trim_start_matches("best ").to_owned())
        .filter(|figure| !VaeMnist::FIGURES.contains(&figure.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(desk.path("whole/compare.html").exists());

    // Nothing is left to do, and what is done is not done again.
    let finished = fs::metadata(desk.path("whole").join(whole.keys().next().unwrap()).join("DONE")).unwrap();
    succeed(sweep(&desk, &["--output", "whole"]));
    let again = fs::metadata(desk.path("whole").join(whole.keys().next().unwrap()).join("DONE")).unwrap();
    assert_eq!(again.modified().unwrap(), finished.modified().unwrap());

    // One of its runs by itself.
    let line = fs::read_to_string(desk.path("whole/jobs.txt")).unwrap().lines().next().unwrap().to_owned();
    let flags = shlex::split(&line).unwrap();
    let output = flags.iter().position(|flag| flag == "--output").unwrap();
    let name = flags[output + 1].clone();
    let alone: Vec<&str> = flags[1..output].iter().chain(&flags[output + 2..]).map(String::as_str).collect();
    let alone: Vec<String> = alone.iter().map(|flag| flag.replace("configs/", "whole/configs/")).collect();
    let alone: Vec<&str> = alone.iter().map(String::as_str).collect();
    succeed(desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &alone));
    assert_eq!(models(&desk.path("runs/vae_mnist")), [(name.clone(), whole[&name].clone())].into());

    let folder = desk.path("killed");
    for with_its_jobs in [true, false, true] {
        let mut child = at_work(sweep(&desk, &["--output", "killed"]), &folder);
        if with_its_jobs {
            // One that has just ended is as good.
            with_children(&child, |process| {
                process.kill();
            });
        } else {
            // Its jobs live on, and the next sweep waits for them.
            child.kill().unwrap();
        }
        child.wait().unwrap();
    }
    succeed(sweep(&desk, &["--output", "killed"]));
    assert_eq!(models(&folder), whole);
}

#[test]
fn ctrl_c_stops_the_runs_with_checkpoints_and_the_same_command_goes_on() {
    let desk = desk(&SWEEP.replace("steps = 400", "steps = 20000"));
    let folder = desk.path("out");
    let child = at_work(sweep(&desk, &["--output", "out"]), &folder);
    let sweep_alone = Pid::from_u32(child.id());
    with_children(&child, |process| {
        if process.pid() == sweep_alone {
            assert_eq!(process.kill_with(Signal::Interrupt), Some(true));
        }
    });
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("interrupted with 4 runs to go: the same command goes on"), "{told}");
    let logs = fs::read_dir(folder.join("logs")).unwrap().map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    // One may not have come so far that it listens.
    assert!(logs.collect::<String>().contains("go on with --resume"));

    // Its runs are another configuration's now: the folder has both.
    fs::write(desk.path("small.toml"), SWEEP).unwrap();
    let listed = stdout(&succeed(sweep(&desk, &["--output", "out", "--dry-run"])));
    assert_eq!(listed.matches("  new  ").count(), 4, "{listed}");
}

#[test]
fn a_failing_run_stops_no_other_and_is_told_at_the_end() {
    let text = SWEEP.replace("objective.beta = [1.0, 4.0]", "optimizer.learning_rate = [1e30, 1e-3]");
    let desk = desk(&text.replace("steps = 400", "steps = 4").replace("[1, 2]", "[1]"));
    let output = sweep(&desk, &["--output", "out"]).output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for part in ["1 of 2 runs failed", "learning_rate = 1000000", "exit status: 1", "error: training stopped", "/logs/"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(models(&desk.path("out")).len(), 1);
    let table = stdout(&output);
    assert!(table.contains("0.001") && table.contains("1 of 2 runs are not finished"), "{table}");
}

#[test]
fn other_schedulers_get_the_same_jobs() {
    let desk = desk(&SWEEP.replace("steps = 400", "steps = 5"));
    let names = ["for slurm", "it's \"for\" $parallel"];
    succeed(sweep(&desk, &["--output", "direct"]));
    let direct = models(&desk.path("direct"));
    for name in names {
        let told = stdout(&succeed(sweep(&desk, &["--output", name, "--write"])));
        assert!(told.contains("4 jobs in") && told.contains("sbatch sweep.sbatch"), "{told}");
        assert!(models(&desk.path(name)).is_empty());
    }
    let bash = |script: &str, folder: &Path| {
        let mut command = desk.command("bash", &[script]);
        command.current_dir(folder);
        command
    };
    let folder = desk.path(names[0]);
    let script = fs::read_to_string(folder.join("sweep.sbatch")).unwrap();
    assert!(script.contains("#SBATCH --array=1-4\n"), "{script}");
    for task in 1..=4 {
        let mut command = bash("sweep.sbatch", &folder);
        command.env("SLURM_ARRAY_TASK_ID", task.to_string());
        succeed(command);
    }
    assert_eq!(models(&folder), direct);
    // Finished runs are no error, a line that is not there is one.
    let mut again = bash("sweep.sbatch", &folder);
    again.env("SLURM_ARRAY_TASK_ID", "2");
    assert!(stderr(&succeed(again)).contains("the run is finished"));
    let mut beyond = bash("sweep.sbatch", &folder);
    let output = beyond.env("SLURM_ARRAY_TASK_ID", "5").output().unwrap();
    assert!(!output.status.success() && stderr(&output).contains("has no line 5"), "{}", stderr(&output));

    if Need::Parallel.find().is_none() {
        return;
    }
    let folder = desk.path(names[1]);
    // From anywhere, with flags of its own.
    let script = folder.join("parallel.sh");
    let mut command = desk.command(script.to_str().unwrap(), &["--jobs", "4"]);
    command.current_dir("/");
    succeed(command);
    assert_eq!(models(&folder), direct);
}

const METHODS: &str = r#"
[[methods]]
name = "plain"

[[methods]]
name = "turned"
set = { augment = [{ op = "rotate", degrees = [-10, 10] }], training.steps = 6 }

[compare]
table = ["negative ELBO, test", "generalisation gap"]
plot = ["negative ELBO, train", "negative ELBO, test"]
"#;

#[test]
fn methods_are_compared_seed_by_seed() {
    let text =
        SWEEP.replace("steps = 400", "steps = 5").replace("objective.beta = [1.0, 4.0]", "train_images = [20, 40]");
    let desk = desk(&(text + METHODS));
    let told = stdout(&succeed(sweep(&desk, &["--output", "out"])));
    assert!(told.contains("methods are compared in out/methods.md and out/methods.png"), "{told}");
    assert_eq!(models(&desk.path("out")).len(), 8);
    let table = fs::read_to_string(desk.path("out/methods.md")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let header = ["train_images", "method", "negative ELBO, test [nats]", "generalisation gap [nats]"];
    assert_eq!((&rows[0][1..5], rows.len()), (&header[..], 6), "{table}");
    assert_eq!(rows[0][5], "negative ELBO, test, less that of plain");
    let cases = [["20", "plain"], ["20", "turned"], ["40", "plain"], ["40", "turned"]];
    assert!(rows[2..].iter().zip(cases).all(|(row, case)| row[1..3] == case), "{table}");
    let mean = |cell: &str| cell.split(' ').next().unwrap().replace('−', "-").parse::<f64>().unwrap();
    for pair in rows[2..].chunks(2) {
        assert_eq!(pair[0][5], "–");
        let difference = mean(pair[1][3]) - mean(pair[0][3]);
        // Of rounded means, and of rounded differences.
        assert!((difference - mean(pair[1][5])).abs() <= 0.02 * difference.abs() + 2.0, "{table}");
    }
    let picture = image::open(desk.path("out/methods.png")).unwrap();
    assert_eq!(picture.width(), 2000);
    // The runs are those of the same settings alone: methods are names.
    let config = |line: &str| {
        let flags = shlex::split(line).unwrap();
        let at = flags.iter().position(|flag| flag == "--config").unwrap();
        fs::read_to_string(desk.path("out").join(&flags[at + 1])).unwrap()
    };
    let jobs = fs::read_to_string(desk.path("out/jobs.txt")).unwrap();
    let turned = jobs.lines().map(config).filter(|text| text.contains("steps = 6") && text.contains("rotate"));
    assert_eq!(turned.count(), 4, "{jobs}");

    let wrong = "\n[[methods]]\nname = 'plain'\nset = { train_images = 3 }\n[compare]\ntabel = []\n";
    fs::write(
        desk.path("small.toml"),
        SWEEP.replace("objective.beta", "train_images") + "[[methods]]\nname = 'plain'\n" + wrong,
    )
    .unwrap();
    let told = fail(sweep(&desk, &["--dry-run"]), 1);
    for part in
        ["compare.tabel", "methods[1].name", "is given twice", "methods[1].set.train_images", "in `vary` as well"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
}

/// A sweep over a file beside it, whose jobs are written and not yet run.
fn written(vary: &str) -> Desk {
    let text = SWEEP.replace("\"plane\"", "\"base.toml\"").replace("objective.beta = [1.0, 4.0]", vary);
    let desk = desk(&text.replace("steps = 400", "steps = 4").replace("[1, 2]", "[1]"));
    fs::write(desk.path("base.toml"), "[model]\nlatent_dim = 2\n").unwrap();
    succeed(sweep(&desk, &["--output", "out", "--write"]));
    desk
}

/// What the shell is told to run, job by job.
fn run_jobs(desk: &Desk) -> Vec<std::process::Output> {
    let jobs = fs::read_to_string(desk.path("out/jobs.txt")).unwrap();
    let run = |line: &str| {
        let flags = shlex::split(line).unwrap();
        let flags: Vec<&str> = flags[1..].iter().map(String::as_str).collect();
        let mut command = desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &flags);
        command.current_dir(desk.path("out"));
        command.output().unwrap()
    };
    jobs.lines().map(run).collect()
}

#[test]
fn settings_are_resolved_once_and_a_job_is_what_its_folder_is_named_after() {
    let desk = written("objective.beta = [1.0, 4.0]");
    let listed = stdout(&succeed(sweep(&desk, &["--output", "out", "--dry-run"])));
    // Another base configuration, before any job was started.
    fs::write(desk.path("base.toml"), "[model]\nlatent_dim = 3\n").unwrap();
    assert!(run_jobs(&desk).iter().all(|output| output.status.success()));
    let runs = models(&desk.path("out"));
    assert_eq!(runs.len(), 2);
    for name in runs.keys() {
        assert!(listed.contains(&format!("  {name}  new")), "{name} in {listed}");
        let config = fs::read_to_string(desk.path("out").join(name).join("config.toml")).unwrap();
        assert!(config.contains("latent_dim = 2"), "{config}");
    }
    // The sweep that is started again is another one, and says so.
    let again = succeed(sweep(&desk, &["--output", "out", "--dry-run"]));
    assert!(stdout(&again).matches("  new  ").count() == 2 && stderr(&again).contains("2 runs in out are of settings"));
}

#[test]
fn a_job_whose_configuration_was_changed_refuses() {
    let desk = written("objective.beta = [1.0, 4.0]");
    for file in fs::read_dir(desk.path("out/configs")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("latent_dim = 2", "latent_dim = 5")).unwrap();
    }
    for output in run_jobs(&desk) {
        let told = stderr(&output);
        assert!(output.status.code() == Some(1) && told.contains("the configuration has the hash"), "{told}");
    }
    assert!(models(&desk.path("out")).is_empty() && !has_checkpoint(&desk.path("out")));
    // The sweep writes them anew.
    succeed(sweep(&desk, &["--output", "out"]));
    assert_eq!(models(&desk.path("out")).len(), 2);
}

#[test]
fn epochs_vary_where_a_configuration_has_steps() {
    // As the studies whose defaults have steps.
    let desk = desk(
        "study = 'few_labels'\n[set]\ndataset = 'synthetic'\n[vary]\ntraining.epochs = [2, 3, 4]\n\
         [rank]\nby = 'accuracy, test'\n",
    );
    let listed = stdout(&succeed(sweep(&desk, &["--dry-run"])));
    assert!(listed.contains("3 runs of few_labels") && listed.contains("3 settings"), "{listed}");
    let told = fail(sweep(&desk, &["--dry-run", "--set", "set.training.steps=5"]), 1);
    assert!(told.contains("training.steps: cannot go with epochs"), "{told}");
}

#[test]
fn figures_that_no_run_will_have_are_told_first() {
    let desk = desk(&SWEEP.replace("negative ELBO, test", "negative ELBO, tst"));
    let told = fail(sweep(&desk, &["--output", "out"]), 1);
    for part in
        ["rank.by: vae_mnist has no final figure \"negative ELBO, tst\"", "did you mean \"negative ELBO, test\"?"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = fail(sweep(&desk, &["--set", "rank.by=objective, validation", "--set", "rank.mde=max"]), 1);
    assert!(told.contains("rank.mde: there is no such key; did you mean rank.mode?"), "{told}");
    let told = fail(sweep(&desk, &["--jobs", "1000000", "--set", "rank.by=elbo, validation"]), 1);
    assert!(told.contains("1000000 processes of 1 threads at a time") && told.contains("at most"), "{told}");
    assert_eq!(desk.left(), ["small.toml"]);
}

#[test]
fn mistakes_are_told_before_anything_is_run() {
    let desk =
        desk(&SWEEP.replace("objective.beta = [1.0, 4.0]", "objective.beta = [1.0, -1.0]\nmodel.latent = [2, 3]"));
    let told = fail(sweep(&desk, &["--output", "out"]), 1);
    for part in ["vae_mnist refuses 4 of 4 settings", "model.latent: there is no such key", "beta", "and 1 more"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = fail(sweep(&desk, &["--set", "seeds=[]", "--set", "vary.a=3"]), 1);
    assert!(
        told.contains("2 mistakes") && told.contains("seeds: must have") && told.contains("vary.a: must be a list")
    );
    let told = fail(sweep(&desk, &["--set", "study=nothing"]), 1);
    assert!(told.contains("there is no program") && told.contains("--bin nothing"), "{told}");
    let told = fail(sweep(&desk, &["--set", "set.dataset=auto", "--set", "vary={}"]), 1);
    assert!(told.contains("dataset: is \"auto\""), "{told}");
    let told = fail(sweep(&desk, &["--output", "data"]), 1);
    assert!(told.contains("neither empty nor that of a sweep"), "{told}");
    let told = fail(desk.command(env!("CARGO_BIN_EXE_sweep"), &["no such sweep"]), 1);
    assert!(told.contains("is no sweep and no file") && told.contains("--list"), "{told}");
    let told = fail(desk.command(env!("CARGO_BIN_EXE_sweep"), &["vae_bta"]), 1);
    assert!(told.contains("help: did you mean vae_beta?"), "{told}");
    assert_eq!(desk.left(), ["small.toml"]);
}

#[test]
fn the_sweeps_that_come_with_the_program_are_sound() {
    let desk = Desk::new();
    let list = stdout(&succeed(desk.command(env!("CARGO_BIN_EXE_sweep"), &["--list"])));
    assert!(list.contains("vae_beta"), "{list}");
    for name in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let jobs = stdout(&succeed(desk.command(env!("CARGO_BIN_EXE_sweep"), &[name, "--dry-run"])));
        assert!(jobs.lines().count() > 4, "{jobs}");
    }
    assert!(desk.left().is_empty());
}
