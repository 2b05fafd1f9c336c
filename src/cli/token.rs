//! A token that a person gives: out of a file, from a pipe, or typed at the terminal without an echo.
//!
//! It is read byte by byte into a buffer that is wiped. `std::io::stdin` would keep it in a buffer of its own until
//! the program ends.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cloud::Secret;

/// Bytes that a token may have: many times what any has.
const LONGEST: usize = 64 * 1024;

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const CTRL_H: u8 = 8;
const CTRL_U: u8 = 21;
const ESCAPE: u8 = 27;
const DELETE: u8 = 127;

/// Reads the token that `--token-file` names; `-` is stdin, which asks without an echo if it is a terminal.
pub(crate) async fn read(source: &Path) -> Result<Secret, Problem> {
    let secret = if source != Path::new("-") {
        let path = source.to_owned();
        blocking(move || File::open(path).and_then(|file| read_all(&file))).await
    } else if io::stdin().is_terminal() {
        ask().await
    } else {
        blocking(|| read_all(io::stdin())).await
    };
    match secret {
        Ok(secret) if secret.is_empty() => {
            Err(Problem::usage(format!("{} holds no token", named(source))))
        }
        Ok(secret) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            Err(Problem::new(Exit::Interrupted, "no token was given"))
        }
        Err(error) => Err(Problem::usage(format!(
            "could not read the token from {}: {error}",
            named(source)
        ))),
    }
}

fn named(source: &Path) -> String {
    if source == Path::new("-") {
        "stdin".to_owned()
    } else {
        source.display().to_string()
    }
}

/// In a task of its own, so that a signal still ends the program.
async fn blocking(
    read: impl FnOnce() -> io::Result<Secret> + Send + 'static,
) -> io::Result<Secret> {
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn read_all(source: impl AsFd) -> io::Result<Secret> {
    let mut read = room();
    let mut chunk = Zeroizing::new([0; 1024]);
    loop {
        let count = next(&source, &mut chunk[..])?;
        let Some(more) = chunk.get(..count).filter(|more| !more.is_empty()) else {
            return text(read);
        };
        if read.len() + more.len() > LONGEST {
            return Err(too_long());
        }
        read.extend_from_slice(more);
    }
}

/// Asks at the terminal. Whatever ends this, the terminal is as before: the guard belongs to this future, which a
/// signal drops.
async fn ask() -> io::Result<Secret> {
    let quiet = Quiet::stdin()?;
    let mut err = io::stderr();
    err.write_all(b"Token (not shown, enter ends it): ")?;
    err.flush()?;
    let typed = blocking(|| {
        let mut line = Line::default();
        let mut chunk = Zeroizing::new([0; 1024]);
        loop {
            let count = next(io::stdin(), &mut chunk[..])?;
            let typed = chunk.get(..count).unwrap_or_default();
            if typed.is_empty() || line.take(typed)? {
                return text(std::mem::take(&mut line.typed));
            }
        }
    })
    .await;
    drop(quiet);
    // Enter was not echoed either.
    err.write_all(b"\n")?;
    typed
}

fn next(source: impl AsFd, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(source.as_fd(), &mut *chunk) {
            Err(rustix::io::Errno::INTR) => {}
            read => return Ok(read?),
        }
    }
}

/// A buffer that never moves, since one that grows leaves copies behind.
fn room() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(LONGEST))
}

fn text(mut read: Zeroizing<Vec<u8>>) -> io::Result<Secret> {
    match String::from_utf8(std::mem::take(&mut *read)) {
        Ok(text) => Ok(Secret::new(text).trimmed()),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(io::Error::new(io::ErrorKind::InvalidData, "it is no text"))
        }
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is too long for a token")
}

/// What is typed, with the keys that take it back.
struct Line {
    typed: Zeroizing<Vec<u8>>,
    escape: Escape,
}

#[derive(PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    /// A sequence such as that of an arrow key, or those around a paste; its last byte is a letter or a tilde.
    Sequence,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            typed: room(),
            escape: Escape::None,
        }
    }
}

impl Line {
    /// Takes what came from the terminal; says whether the line has ended.
    fn take(&mut self, bytes: &[u8]) -> io::Result<bool> {
        for byte in bytes.iter().copied() {
            match (&self.escape, byte) {
                (Escape::Begun, b'[' | b'O') => self.escape = Escape::Sequence,
                (Escape::Sequence, 0x40..=0x7e) | (Escape::Begun, _) => self.escape = Escape::None,
                (Escape::None, ESCAPE) => self.escape = Escape::Begun,
                (Escape::None, b'\r' | b'\n') => return Ok(true),
                (Escape::None, CTRL_C) => return Err(io::ErrorKind::Interrupted.into()),
                (Escape::None, CTRL_D) if self.typed.is_empty() => {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                (Escape::None, CTRL_D) => return Ok(true),
                (Escape::None, CTRL_H | DELETE) => {
                    // A character and not a byte of one.
                    while self.typed.pop().is_some_and(|byte| (byte & 0xc0) == 0x80) {}
                }
                (Escape::None, CTRL_U) => self.typed = room(),
                (Escape::Sequence, _) | (Escape::None, ..0x20) => {}
                (Escape::None, _) if self.typed.len() == LONGEST => return Err(too_long()),
                (Escape::None, byte) => self.typed.push(byte),
            }
        }
        Ok(false)
    }
}

/// Keeps the terminal from echoing; dropping it gives the terminal back as it was.
struct Quiet(Termios);

impl Quiet {
    /// Lines are put together here and not by the terminal, whose lines are too short for a token on some systems;
    /// and keys that send signals are read as keys, so that none can end the program with the echo off.
    fn stdin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO
            | LocalModes::ECHONL
            | LocalModes::ICANON
            | LocalModes::ISIG
            | LocalModes::IEXTEN;
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // What was not read is thrown away: the rest of a paste must not become commands of the shell.
        // Where that fails there is no terminal left.
        tcsetattr(io::stdin(), OptionalActions::Flush, &self.0).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[&[u8]]) -> Result<(bool, String), io::ErrorKind> {
        let mut line = Line::default();
        let mut ended = false;
        for keys in keys {
            ended = line.take(keys).map_err(|error| error.kind())?;
        }
        let text = text(std::mem::take(&mut line.typed)).map_err(|error| error.kind())?;
        Ok((ended, text.expose().to_owned()))
    }

    #[test]
    fn keys_edit_the_line() {
        let is = |keys: &[&[u8]], ended, text: &str| {
            assert_eq!(typed(keys), Ok((ended, text.to_owned())), "{keys:?}");
        };
        is(&[b"ey", b"J.a.b\r"], true, "eyJ.a.b");
        is(&[b"ey", b"J.a.b"], false, "eyJ.a.b");
        is(&[b"ab\x7f\x08c\n"], true, "c");
        is(&["é".as_bytes(), b"\x7fx\n"], true, "x");
        is(&[b"wrong\x15right\n"], true, "right");
        is(
            &[b"\x1b[200~pasted\x1b[201~\x1b[D\x1bOA\x1a\x1c\n"],
            true,
            "pasted",
        );
        is(&[b"end\x04"], true, "end");
        is(&[b" \t spaced \n"], true, "spaced");
    }

    #[test]
    fn leaving_gives_nothing() {
        for keys in [b"secret\x03".as_slice(), b"\x04"] {
            assert_eq!(typed(&[keys]), Err(io::ErrorKind::Interrupted));
        }
    }

    #[test]
    fn it_is_text_of_a_sane_length() {
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(typed(&[&long]), Err(io::ErrorKind::InvalidData));
        assert_eq!(typed(&[b"\xff\n"]), Err(io::ErrorKind::InvalidData));
    }

    #[tokio::test]
    async fn a_file_is_read_and_what_is_wrong_with_it_said() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "eyJ.a.b\n").unwrap();
        assert_eq!(read(&path).await.unwrap().expose(), "eyJ.a.b");
        for wrong in [
            Vec::new(),
            b"\n ".to_vec(),
            vec![0xff],
            vec![b'x'; LONGEST + 1],
        ] {
            std::fs::write(&path, wrong).unwrap();
            assert!(read(&path).await.is_err());
        }
        assert!(read(&directory.path().join("none")).await.is_err());
    }
}
