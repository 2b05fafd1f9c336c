//! The events of the terminal, for as long as the terminal is ours.

use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::pin;

use crossterm::event::{Event, EventStream};
use futures_util::stream::{self, Stream};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// Events that may wait.
const WAITING: usize = 512;

/// Reads the terminal until it is dropped or rests.
#[derive(Debug)]
pub(super) struct Keyboard {
    events: Receiver<Event>,
    reader: JoinHandle<()>,
}

impl Keyboard {
    pub(super) fn listen() -> Self {
        let (sender, events) = mpsc::channel(WAITING);
        Self {
            events,
            reader: read(sender),
        }
    }

    /// The next event; `None` if the terminal has hung up.
    pub(super) async fn recv(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Leaves the keys to whoever has the terminal now; returns when none is taken any more.
    pub(super) async fn rest(&mut self) {
        self.reader.abort();
        // That it was stopped is what was wanted.
        (&mut self.reader).await.unwrap_or_default();
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn read(events: Sender<Event>) -> JoinHandle<()> {
    tokio::spawn(async move {
        // Made within the task, so that a panic of its making is caught, too.
        let reported = stream::once(async { EventStream::new() }).flatten();
        forward(reported, events).await;
    })
}

/// Hands on what the terminal reports. However that ends, even by a panic, the channel ends, which means that
/// the terminal has hung up: a screen whose keys are dead must not stay.
async fn forward(reported: impl Stream<Item = io::Result<Event>>, events: Sender<Event>) {
    let reading = async {
        let mut reported = pin!(reported);
        // A terminal that cannot be read any more has hung up.
        while let Some(Ok(event)) = reported.next().await {
            if events.send(event).await.is_err() {
                return;
            }
        }
    };
    if AssertUnwindSafe(reading).catch_unwind().await.is_err() {
        tracing::error!(target: "roledex", "the reader of keys panicked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyCode;
    use futures_util::stream::BoxStream;

    #[tokio::test]
    async fn a_terminal_that_cannot_be_read_ends_the_program() {
        let key = || Ok(Event::Key(KeyCode::Char('x').into()));
        let panics = stream::poll_fn(|_| panic!("on purpose"));
        let ends: [BoxStream<'_, io::Result<Event>>; 3] = [
            stream::empty().boxed(),
            stream::once(async { Err(io::Error::other("gone")) }).boxed(),
            panics.boxed(),
        ];
        for end in ends {
            let (sender, mut receiver) = mpsc::channel(8);
            forward(stream::once(async { key() }).chain(end), sender).await;
            assert_eq!(receiver.recv().await, key().ok());
            assert_eq!(
                receiver.recv().await,
                None,
                "the loop takes that for a hang-up"
            );
        }
    }
}
