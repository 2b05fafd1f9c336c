//! Lines of a file from its end to its beginning: the newest come first, and only what is asked for is read.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Bytes of a line beyond which it is skipped, so that a file of garbage does not fill the memory.
pub const LONGEST: usize = 16 << 20;

const BLOCK: usize = 64 << 10;

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the file.
    pub offset: u64,
    /// `None` if it is longer than [`LONGEST`].
    pub bytes: Option<Vec<u8>>,
    /// It lacks its end: whoever wrote it did not come to it.
    pub torn: bool,
}

/// The lines between two places of a file, the last one first; empty lines are left out.
#[derive(Debug)]
pub struct Backward {
    file: File,
    start: u64,
    /// Where the buffer begins in the file.
    position: u64,
    /// What was read and not yet given out; the line end that closed it is cut off.
    buffer: Vec<u8>,
    overlong: bool,
    torn: bool,
}

impl Backward {
    /// `start` must be the beginning of a line.
    pub fn new(file: File, start: u64, end: u64) -> io::Result<Self> {
        let start = start.min(end);
        let mut torn = false;
        let mut position = end;
        if end > start {
            let mut last = [0];
            file.read_exact_at(&mut last, end - 1)?;
            torn = last != *b"\n";
            position = if torn { end } else { end - 1 };
        }
        Ok(Self {
            file,
            start,
            position,
            buffer: Vec::new(),
            overlong: false,
            torn,
        })
    }

    fn line(&mut self, offset: u64, bytes: Vec<u8>) -> Option<Line> {
        let overlong = std::mem::take(&mut self.overlong);
        let torn = std::mem::take(&mut self.torn);
        (overlong || !bytes.is_empty()).then_some(Line {
            offset,
            bytes: (!overlong && bytes.len() <= LONGEST).then_some(bytes),
            torn,
        })
    }

    /// Reads what stands before the buffer; each time twice as much, so that a long line costs no more than its length.
    fn read_block(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.position - self.start).unwrap_or(usize::MAX);
        let size = BLOCK.max(self.buffer.len()).min(left);
        let mut block = vec![0; size];
        let position = self.position - size as u64;
        self.file.read_exact_at(&mut block, position)?;
        block.append(&mut self.buffer);
        (self.buffer, self.position) = (block, position);
        Ok(())
    }
}

impl Iterator for Backward {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(at) = self.buffer.iter().rposition(|byte| *byte == b'\n') {
                let bytes = self.buffer.split_off(at + 1);
                self.buffer.truncate(at);
                let offset = self.position + at as u64 + 1;
                if let Some(line) = self.line(offset, bytes) {
                    return Some(Ok(line));
                }
                continue;
            }
            if self.position == self.start {
                let bytes = std::mem::take(&mut self.buffer);
                return self.line(self.start, bytes).map(Ok);
            }
            if self.buffer.len() > LONGEST {
                self.overlong = true;
                self.buffer.clear();
            }
            if let Err(error) = self.read_block() {
                // Nothing more comes: what is before it cannot be read either.
                self.position = self.start;
                self.buffer.clear();
                self.overlong = false;
                return Some(Err(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn lines(content: &[u8], start: u64) -> Vec<Line> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let lines = Backward::new(file, start, content.len() as u64).unwrap();
        lines.map(Result::unwrap).collect()
    }

    fn texts(content: &[u8]) -> Vec<Vec<u8>> {
        let lines = lines(content, 0).into_iter();
        lines.map(|line| line.bytes.unwrap()).collect()
    }

    #[test]
    fn the_last_line_comes_first_and_says_whether_it_is_whole() {
        let line = |offset, text: &str, torn| Line {
            offset,
            bytes: Some(text.into()),
            torn,
        };
        assert_eq!(lines(b"", 0), []);
        assert_eq!(lines(b"\n\n", 0), []);
        assert_eq!(lines(b"a", 0), [line(0, "a", true)]);
        assert_eq!(
            lines(b"a\n\nbc\n", 0),
            [line(3, "bc", false), line(0, "a", false)]
        );
        assert_eq!(
            lines(b"a\nbc\nd", 2),
            [line(5, "d", true), line(2, "bc", false)]
        );
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut content = b"first\n".to_vec();
        content.resize(content.len() + LONGEST * 2 + 5, b'x');
        content.extend(b"\nlast\n");
        let lines = lines(&content, 0);
        let found: Vec<_> = lines.iter().map(|line| line.bytes.as_deref()).collect();
        assert_eq!(found, [Some(&b"last"[..]), None, Some(b"first")]);
    }

    proptest! {
        #[test]
        fn no_line_is_lost_at_any_length(lengths in prop::collection::vec(0..(BLOCK * 2), 0..6), end: bool) {
            let mut content = Vec::new();
            let mut expected = Vec::new();
            for (index, length) in lengths.into_iter().enumerate() {
                let line = vec![b'a' + u8::try_from(index).unwrap(); length];
                content.extend(&line);
                content.push(b'\n');
                expected.insert(0, line);
            }
            if !end {
                content.pop();
            }
            expected.retain(|line| !line.is_empty());
            prop_assert!(texts(&content) == expected);
        }
    }
}
