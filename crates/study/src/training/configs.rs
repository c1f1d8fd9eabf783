//! The configurations of a study.

use crate::failure::Failure;
use include_dir::Dir;
use latent_numeric::text::without_byte_order_mark;
use latent_train::config::nearest;
use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::path::Path;

/// The [`Configs`] of a folder of TOML files, as they are when the program is built: `configs!("$CARGO_MANIFEST_DIR/configs/vae")`.
#[macro_export]
macro_rules! configs {
    ($folder:tt) => {{
        use $crate::include_dir;
        static FOLDER: include_dir::Dir<'static> = include_dir::include_dir!($folder);
        $crate::training::Configs::of_folder(&FOLDER)
    }};
}

/// The configurations of a study by name; prints as a list with what the first comment of each says, a line each.
#[derive(Clone, Debug, Default)]
pub struct Configs(Vec<(String, Cow<'static, str>)>);

impl Configs {
    /// The TOML files of a folder, by their names without the ending.
    pub fn of_folder(folder: &'static Dir<'static>) -> Self {
        Self::new(folder.files().filter_map(|file| {
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
        let text = fs::read_to_string(Path::new(name)).map_err(|error| {
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
        })?;
        Ok(without_byte_order_mark(&text).to_owned())
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
