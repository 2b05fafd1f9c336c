//! A program in a pty, with waits on conditions that have a deadline and show the screen when they fail.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything; a debug build on a busy machine is slow.
const DEADLINE: Duration = Duration::from_mins(1);

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

/// A terminal with a program in it.
pub(crate) struct Pty {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Removed when the terminal is dropped.
    _home: tempfile::TempDir,
}

impl Pty {
    /// Starts roledex with arguments, in an environment of its own.
    pub(crate) fn roledex(arguments: &[&str], width: u16, height: u16) -> Self {
        Self::start(
            Path::new(env!("CARGO_BIN_EXE_roledex")),
            arguments,
            &[],
            width,
            height,
        )
    }

    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        width: u16,
        height: u16,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let size = PtySize {
            rows: height,
            cols: width,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for name in [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
        ] {
            command.env(name, home.path());
        }
        command.env("AWS_CONFIG_FILE", home.path().join("aws-config"));
        command.env(
            "AWS_SHARED_CREDENTIALS_FILE",
            home.path().join("aws-credentials"),
        );
        command.env("KUBECONFIG", home.path().join("kubeconfig"));
        for (name, value) in [
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("TZ", "UTC"),
            ("LANG", "C.UTF-8"),
            ("TERM", "xterm-256color"),
            ("PATH", "/usr/bin:/bin"),
        ] {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let parser = vt100::Parser::new(cells(height), cells(width), 0);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser,
                raw: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                // A pty whose program has ended reports an error on Linux and an end elsewhere.
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                if count == 0 {
                    seen.ended = true;
                } else {
                    seen.parser.process(&buffer[..count]);
                    seen.raw.extend_from_slice(&buffer[..count]);
                }
                shared.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            seen,
            writer,
            master: pair.master,
            child,
            _home: home,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Types bytes as a keyboard would send them.
    pub(crate) fn send(&mut self, bytes: &str) -> &mut Self {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        self
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.master
            .resize(PtySize {
                rows: height,
                cols: width,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        self
    }

    fn wait(&self, what: &str, holds: impl Fn(&Seen) -> bool) {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !holds(&seen) {
            let left = DEADLINE.saturating_sub(start.elapsed());
            assert!(
                !left.is_zero(),
                "no {what} in {DEADLINE:?}; the screen is\n{}",
                seen.parser.screen().contents()
            );
            assert!(
                !seen.ended,
                "it ended before {what}; the screen is\n{}",
                seen.parser.screen().contents()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub(crate) fn wait_for(&self, text: &str) -> &Self {
        self.wait(&format!("\"{text}\""), |seen| {
            seen.parser.screen().contents().contains(text)
        });
        self
    }

    pub(crate) fn wait_gone(&self, text: &str) -> &Self {
        self.wait(&format!("end of \"{text}\""), |seen| {
            !seen.parser.screen().contents().contains(text)
        });
        self
    }

    pub(crate) fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything the program has written so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// Waits until the program has been silent for as long as asked; returns how many bytes came meanwhile.
    pub(crate) fn bytes_within(&self, time: Duration) -> usize {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        let before = seen.raw.len();
        while start.elapsed() < time && seen.raw.len() == before {
            seen = self
                .seen
                .1
                .wait_timeout(seen, time.saturating_sub(start.elapsed()))
                .unwrap()
                .0;
        }
        seen.raw.len() - before
    }

    /// Waits until nothing has come for a while: the state that a person would call still.
    pub(crate) fn wait_until_still(&self, time: Duration) -> &Self {
        let start = Instant::now();
        while self.bytes_within(time) > 0 {
            assert!(
                start.elapsed() < DEADLINE,
                "it never rests; the screen is\n{}",
                self.screen()
            );
        }
        self
    }

    /// Waits for the program to end, with everything it wrote read.
    pub(crate) fn exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.ended {
            let left = DEADLINE.saturating_sub(start.elapsed());
            assert!(
                !left.is_zero(),
                "it does not end; the screen is\n{}",
                seen.parser.screen().contents()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        drop(seen);
        self.child.wait().unwrap()
    }

    /// Asserts that the terminal is as a shell expects it: main screen, visible cursor, no bracketed paste.
    pub(crate) fn assert_restored(&self) {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(
            !screen.alternate_screen(),
            "the alternate screen is still on"
        );
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is still on");
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It has ended already, or it must end now; either is fine.
        self.child.kill().unwrap_or_default();
    }
}
