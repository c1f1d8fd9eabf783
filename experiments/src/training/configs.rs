//! The configurations of a study.

use crate::failure::Failure;
use include_dir::{Dir, include_dir};
use latent_train::config::nearest;
use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::path::Path;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/configs");

/// The configurations of a study by name; prints as a list with what the first comment of each says, a line each.
#[derive(Clone, Debug, Default)]
pub struct Configs(Vec<(String, Cow<'static, str>)>);

impl Configs {
    /// Those in `configs/<study>/`, as they were when the program was built.
    pub fn embedded(study: &str) -> Self {
        let files = EMBEDDED.get_dir(study).into_iter().flat_map(Dir::files);
        Self::new(files.filter_map(|file| {
            let name = file.path().file_name()?.to_str()?.strip_suffix(".toml")?;
            Some((name.to_owned(), file.contents_utf8()?.into()))
        }))
    }

    /// These names and texts.
    pub fn new(configs: impl IntoIterator<Item = (String, Cow<'static, str>)>) -> Self {
        let mut configs: Vec<_> = configs.into_iter().collect();
        configs.sort();
        Self(configs)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The text of the configuration of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_ref())
    }

    /// The text of the configuration of this name, or in this file.
    ///
    /// # Errors
    /// If there is neither.
    pub fn text(&self, name: &str) -> Result<String, Failure> {
        if let Some(text) = self.get(name) {
            return Ok(text.to_owned());
        }
        fs::read_to_string(Path::new(name)).map_err(|error| {
            let names: Vec<&str> = self.names().collect();
            let known = if names.is_empty() { "there are none".to_owned() } else { names.join(", ") };
            let failure =
                Failure::new(format!("--config {name} is no configuration of this study and no file: {error}"));
            let failure = match (nearest(name, &names), Path::new(name).join("config.toml")) {
                (Some(meant), _) => failure.help(format!("did you mean {meant}?")),
                (None, file) if file.is_file() => failure.help(format!("did you mean {}?", file.display())),
                (None, _) => failure,
            };
            failure.help(format!("the configurations of this study: {known}; --list says what they are"))
        })
    }

    /// The text of the configuration that is taken if none is named: empty if there is no `default`.
    pub fn default_text(&self) -> String {
        self.get("default").unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Configs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(f, "this study has no configurations beside its defaults");
        }
        let width = self.0.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        self.0.iter().try_for_each(|(name, text)| {
            let comment = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
            let first: Vec<&str> = comment.take_while(|line| !line.is_empty()).collect();
            writeln!(f, "{name:width$}  {}", first.join(" "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csc_images::CscImages;
    use crate::few_labels::FewLabels;
    use crate::fista_mnist::FistaMnist;
    use crate::gan_mnist::GanMnist;
    use crate::lista::{ListaMnist, ListaPatches};
    use crate::lista_synthetic::ListaSynthetic;
    use crate::patches::Patches;
    use crate::psd_images::PsdImages;
    use crate::text_augmentation::TextAugmentation;
    use crate::training::Study;
    use crate::vae_mnist::VaeMnist;
    use latent_train::config;
    use toml::Table;

    fn can_be_used<S: Study>() {
        let configs = Configs::embedded(S::NAME);
        for name in configs.names() {
            let read = config::read::<S::Config>(&configs.text(name).unwrap(), &[]);
            assert!(read.is_ok(), "{name} of {}: {}", S::NAME, read.err().unwrap());
        }
    }

    #[test]
    fn every_embedded_configuration_can_be_used() {
        can_be_used::<CscImages>();
        can_be_used::<FewLabels>();
        can_be_used::<FistaMnist>();
        can_be_used::<GanMnist>();
        can_be_used::<ListaMnist>();
        can_be_used::<ListaPatches>();
        can_be_used::<ListaSynthetic>();
        can_be_used::<Patches>();
        can_be_used::<PsdImages>();
        can_be_used::<TextAugmentation>();
        can_be_used::<VaeMnist>();
    }

    /// A configuration of the user's own that says nothing is the default one.
    fn defaults_are_the_default<S: Study>() {
        let named = config::read::<S::Config>(&Configs::embedded(S::NAME).default_text(), &[]).unwrap();
        let of_the_type = S::Config::default();
        assert_eq!(toml::to_string(&named).unwrap(), toml::to_string(&of_the_type).unwrap(), "{}", S::NAME);
    }

    #[test]
    fn default_configurations_are_those_of_the_types() {
        defaults_are_the_default::<CscImages>();
        defaults_are_the_default::<FewLabels>();
        defaults_are_the_default::<FistaMnist>();
        defaults_are_the_default::<ListaMnist>();
        defaults_are_the_default::<ListaPatches>();
        defaults_are_the_default::<ListaSynthetic>();
        defaults_are_the_default::<Patches>();
        defaults_are_the_default::<PsdImages>();
        defaults_are_the_default::<TextAugmentation>();
    }

    #[test]
    fn every_embedded_configuration_is_toml_and_says_what_it_is_for() {
        for study in EMBEDDED.dirs() {
            let configs = Configs::embedded(study.path().to_str().unwrap());
            assert!(!configs.0.is_empty(), "{}", study.path().display());
            for (name, text) in &configs.0 {
                assert!(text.parse::<Table>().is_ok(), "{name}");
                assert!(text.starts_with("# "), "{name} has no first line of comment");
            }
        }
        assert!(Configs::embedded("no such study").to_string().contains("no configurations"));
    }

    #[test]
    fn a_list_has_names_and_first_comments() {
        let configs = Configs::new([
            ("fast".to_owned(), "# Two minutes.\nepochs = 1\n".into()),
            ("default".to_owned(), "# As\n# published.\n#\n# And more.\n".into()),
        ]);
        assert_eq!(configs.to_string(), "default  As published.\nfast     Two minutes.\n");
        assert!(configs.default_text().ends_with("# And more.\n"));
        assert_eq!(configs.text("fast").unwrap(), "# Two minutes.\nepochs = 1\n");
        let told = configs.text("slow").unwrap_err().to_string();
        assert!(told.contains("--config slow") && told.contains("default, fast"), "{told}");
        let told = configs.text("defalt").unwrap_err().to_string();
        assert!(told.contains("help: did you mean default?"), "{told}");
    }
}
