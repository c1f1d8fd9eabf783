//! What can be wrong with a file of words.

use latent_numeric::text::without_byte_order_mark;
use std::fmt;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

/// Something is wrong with a table of words, at a line.
///
/// ```
/// use latent_augment::text::Lexicon;
///
/// let error = Lexicon::read("good\t1.9\nbad\tminus two\n".as_bytes()).unwrap_err();
/// assert_eq!(error.to_string(), "line 2: `minus two`: expected a finite number");
/// ```
#[derive(Debug)]
pub struct TableError {
    /// The file, if the table was opened by its path.
    pub path: Option<PathBuf>,
    /// The line, counted from 1; `None` for the table as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: TableProblem,
}

/// What is wrong with a table of words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableProblem {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not text in UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// There is no word.
    #[error("no words: expected {expected}")]
    Empty {
        /// What a line should be.
        expected: &'static str,
    },
    /// A line is not of the form.
    #[error("found {found}: expected {expected}")]
    Form {
        /// What is there.
        found: String,
        /// What a line should be.
        expected: String,
    },
    /// A field is not a finite number.
    #[error("`{field}`: expected a finite number")]
    NotANumber {
        /// What is there.
        field: String,
    },
    /// A word is there twice.
    #[error("`{word}` is on line {first} already")]
    Duplicate {
        /// The word.
        word: String,
        /// Where it was first.
        first: usize,
    },
    /// There are more or fewer words than the first line says.
    #[error("{found} words: expected {declared}, as the first line says")]
    Count {
        /// What the first line says.
        declared: usize,
        /// How many words there are.
        found: usize,
    },
}

impl TableError {
    pub(crate) fn at(line: usize, problem: TableProblem) -> Self {
        Self { path: None, line: Some(line), problem }
    }

    pub(crate) fn whole(problem: TableProblem) -> Self {
        Self { path: None, line: None, problem }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            TableProblem::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Reads a file; errors name it.
pub(crate) fn open<T>(
    path: &Path,
    read: impl FnOnce(io::BufReader<std::fs::File>) -> Result<T, TableError>,
) -> Result<T, TableError> {
    let file = std::fs::File::open(path).map_err(|error| TableError::whole(error.into()));
    file.and_then(|file| read(io::BufReader::new(file)))
        .map_err(|error| TableError { path: Some(path.to_owned()), ..error })
}

/// Tells `each` the number and the text of every line that has more than space in it.
pub(crate) fn lines(
    mut reader: impl BufRead,
    mut each: impl FnMut(usize, &str) -> Result<(), TableProblem>,
) -> Result<(), TableError> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let failed = |problem| TableError::at(number, problem);
        if reader.read_until(b'\n', &mut bytes).map_err(|error| failed(error.into()))? == 0 {
            break;
        }
        let line = std::str::from_utf8(&bytes).map_err(|_| failed(TableProblem::NotUtf8))?;
        let line = if number == 1 { without_byte_order_mark(line) } else { line };
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if !line.trim().is_empty() {
            each(number, line).map_err(failed)?;
        }
    }
    Ok(())
}

/// A field as a finite number.
pub(crate) fn number(field: &str) -> Result<f64, TableProblem> {
    let parsed = field.trim().parse().ok().filter(|number: &f64| number.is_finite());
    parsed.ok_or_else(|| TableProblem::NotANumber { field: field.to_owned() })
}
