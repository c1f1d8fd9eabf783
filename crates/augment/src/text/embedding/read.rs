//! Embeddings in text files.

use super::Embedding;
use crate::text::table_error::{self, TableError, TableProblem};
use ndarray::Array2;
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::Path;

const FORM: &str = "a word and its numbers, separated by spaces";

impl Embedding {
    /// Reads the text format of GloVe: each line is a word and the numbers of its vector, separated by spaces.
    ///
    /// # Errors
    /// [`TableError`] with the line, if it has more or fewer numbers than the first, one of them is no number or not
    /// finite as an `f32`, its word was there before, or it is not UTF-8; if there is no line.
    pub fn read_glove(reader: impl BufRead) -> Result<Self, TableError> {
        let mut rows = Rows::default();
        table_error::lines(reader, |number, line| rows.add(number, line))?;
        rows.finish()
    }

    /// Reads the text format of word2vec: that of GloVe after a line with the number of words and that of dimensions.
    ///
    /// # Errors
    /// As [`read_glove`](Self::read_glove), and if the first line is not of that form or there are more or fewer words.
    pub fn read_word2vec(reader: impl BufRead) -> Result<Self, TableError> {
        let (mut declared, mut rows) = (None, Rows::default());
        table_error::lines(reader, |number, line| {
            if declared.is_some() {
                return rows.add(number, line);
            }
            let [words, dimensions] = header(line).ok_or_else(|| TableProblem::Form {
                found: format!("`{line}`"),
                expected: "two whole numbers above 0, of words and of dimensions".to_owned(),
            })?;
            declared = Some(words);
            rows.dimensions = Some(dimensions);
            Ok(())
        })?;
        if let Some(declared) = declared.filter(|&declared| declared != rows.words.len()) {
            return Err(TableError::whole(TableProblem::Count { declared, found: rows.words.len() }));
        }
        rows.finish()
    }

    /// Reads a file in the text format of GloVe.
    ///
    /// # Errors
    /// Those of [`read_glove`](Self::read_glove), with the path.
    pub fn open_glove(path: impl AsRef<Path>) -> Result<Self, TableError> {
        table_error::open(path.as_ref(), Self::read_glove)
    }

    /// Reads a file in the text format of word2vec.
    ///
    /// # Errors
    /// Those of [`read_word2vec`](Self::read_word2vec), with the path.
    pub fn open_word2vec(path: impl AsRef<Path>) -> Result<Self, TableError> {
        table_error::open(path.as_ref(), Self::read_word2vec)
    }

    /// Writes the text format of word2vec, with as many digits as bring back every bit.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_word2vec(&self, mut writer: impl Write) -> std::io::Result<()> {
        let (words, dimensions) = self.vectors.dim();
        writeln!(writer, "{words} {dimensions}")?;
        for (word, row) in self.words.iter().zip(self.vectors.outer_iter()) {
            write!(writer, "{word}")?;
            row.iter().try_for_each(|x| write!(writer, " {x}"))?;
            writeln!(writer)?;
        }
        Ok(())
    }
}

fn header(line: &str) -> Option<[usize; 2]> {
    let numbers: Option<Vec<usize>> = fields(line).map(|field| field.parse().ok().filter(|&n| n > 0)).collect();
    numbers?.try_into().ok()
}

/// Words may have other space of Unicode in them.
fn fields(line: &str) -> impl Iterator<Item = &str> + Clone {
    line.split([' ', '\t']).filter(|field| !field.is_empty())
}

#[derive(Default)]
struct Rows {
    dimensions: Option<usize>,
    words: Vec<String>,
    lines: HashMap<String, usize>,
    values: Vec<f32>,
}

impl Rows {
    fn add(&mut self, number: usize, line: &str) -> Result<(), TableProblem> {
        let mut fields = fields(line);
        let word = fields.next().unwrap_or_default().to_owned();
        let numbers = fields.clone().count();
        let dimensions = *self.dimensions.get_or_insert(numbers);
        if numbers != dimensions || numbers == 0 {
            let expected = if numbers == 0 { FORM.to_owned() } else { format!("{dimensions}, as before") };
            return Err(TableProblem::Form { found: format!("{numbers} numbers after `{word}`"), expected });
        }
        for field in fields {
            let value = table_error::number(field)? as f32;
            if !value.is_finite() {
                return Err(TableProblem::NotANumber { field: field.to_owned() });
            }
            self.values.push(value);
        }
        if let Some(first) = self.lines.insert(word.clone(), number) {
            return Err(TableProblem::Duplicate { word, first });
        }
        self.words.push(word);
        Ok(())
    }

    fn finish(self) -> Result<Embedding, TableError> {
        let dim = (self.words.len(), self.dimensions.unwrap_or_default());
        if self.words.is_empty() {
            return Err(TableError::whole(TableProblem::Empty { expected: FORM }));
        }
        let vectors = Array2::from_shape_vec(dim, self.values).expect("every row has as many numbers");
        Ok(Embedding::new(self.words, vectors))
    }
}
