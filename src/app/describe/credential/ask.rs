//! What stands before a test: which pod, why none, a token to paste, and the exact calls.

use super::{area, place, plain};
use crate::app::describe::TextLine;
use crate::app::modal::credential::{Asked, CredentialPanel, PodChoice, Podless};
use crate::app::pane::{Tone, glyph};
use crate::app::state::State;
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::credential::{MOST_POLLS, POLL_SECONDS, Purpose, TokenSource};
use crate::model::measure::{cut_start, width};
use crate::model::text::visible;
use crate::model::{Caller, Failure};

/// What is typed below, and what becomes of it.
pub(super) fn command(state: &State) -> Vec<TextLine> {
    vec![
        TextLine::heading("Which command"),
        plain(&format!(
            "It is read by /bin/sh; with none, it is your shell, {}.",
            state.own_shell()
        )),
        TextLine::empty(),
        TextLine::heading("What becomes of it"),
        plain("Nothing is asked for yet: next you see every call, and say yes or no."),
        plain(
            "The command gets the pod's credentials and the cluster's region as AWS_* variables, and no other identity.",
        ),
        plain("It has the terminal until it ends; then roledex is here again."),
    ]
}

pub(super) fn looking(panel: &CredentialPanel) -> Vec<TextLine> {
    let text = format!(
        "  {} looking for running pods of {} in {}",
        glyph::BUSY,
        panel.of.name(),
        panel.of.cluster.name()
    );
    vec![TextLine::new(Tone::Busy, &text)]
}

/// The pods in columns; what does not fit is left out from the right.
pub(super) fn picking(state: &State, panel: &CredentialPanel, cursor: usize) -> Vec<TextLine> {
    let room = usize::from(area(state, panel).width);
    let name = |pod: &PodChoice| width(&visible(&pod.name));
    let names = panel.pods.iter().map(name).max().unwrap_or(0);
    // The marks and the age take 25 cells, and a node is worth showing from some cells on.
    let names = names.min(room.saturating_sub(25)).max(12);
    let with_node = room >= names + 25 + 16;
    let mut lines = vec![
        TextLine::heading("Which pod"),
        TextLine::new(
            Tone::Muted,
            &format!(
                "    {:<names$}  INJECTED     AGE{}",
                "POD",
                if with_node { "  NODE" } else { "" }
            ),
        ),
    ];
    for (index, pod) in panel.pods.iter().enumerate() {
        let chosen = index == cursor;
        let sign = if chosen { "▸" } else { " " };
        let text = visible(&pod.name);
        // The end tells pods of one workload apart.
        let text = cut_start(&text, names).into_owned();
        let pad = " ".repeat(names.saturating_sub(width(&text)));
        let (mark, tone) = if pod.injected {
            (format!("{} injected  ", glyph::GOOD), Tone::Good)
        } else {
            (format!("{} lacking   ", glyph::WARNING), Tone::Warning)
        };
        let old = pod.created.map(|created| age(created, state.now));
        let node = pod.node.as_deref().filter(|_| with_node);
        lines.push(
            TextLine::new(
                if chosen { Tone::Busy } else { Tone::Plain },
                &format!("  {sign} "),
            )
            .with(if chosen { Tone::Name } else { Tone::Plain }, &text)
            .with(Tone::Plain, &format!("{pad}  "))
            .with(tone, &mark)
            .with(
                Tone::Muted,
                &format!("{:>4}  ", old.as_deref().unwrap_or("?")),
            )
            .with(Tone::Muted, node.unwrap_or_default()),
        );
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::new(
        Tone::Muted,
        "  The token is bound to one pod; every pod of the service account gets the same role.",
    ));
    lines
}

pub(super) fn podless(panel: &CredentialPanel, why: &Podless) -> Vec<TextLine> {
    let name = panel.of.name();
    let text = match why {
        Podless::None { others } => {
            let cluster = panel.of.cluster.name();
            let others = match others {
                0 => String::new(),
                1 => "; it has one that does not run, or is on its way out".to_owned(),
                count => format!("; it has {count} that do not run, or are on their way out"),
            };
            format!("no pod of {name} runs in {cluster}{others}")
        }
        Podless::Unfit { pod, why } => format!("pod {pod} cannot be tested: {why}"),
        Podless::Unlisted(failure) => failure.to_string(),
    };
    let mut lines = vec![
        TextLine::new(
            Tone::Warning,
            &format!("  {} cannot be tested exactly: ", glyph::WARNING),
        )
        .with(Tone::Plain, &text),
    ];
    if let Podless::Unlisted(Failure {
        hint: Some(hint), ..
    }) = why
    {
        lines.extend(
            hint.lines()
                .map(|line| TextLine::new(Tone::Muted, &format!("    {line}"))),
        );
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("What it takes"));
    lines.push(plain(
        "EKS Auth gives credentials only for a token that is bound to a pod, and Kubernetes binds tokens only to pods that exist.",
    ));
    lines.push(plain(&match why {
        Podless::None { .. } => format!(
            "Start a pod whose serviceAccountName is {} in namespace {}, or scale its workload up.",
            panel.of.service_account, panel.of.namespace
        ),
        Podless::Unfit { .. } => "Choose another pod of the service account.".to_owned(),
        Podless::Unlisted(_) => format!(
            "You need to list pods in namespace {}, and to create serviceaccounts/token there.",
            panel.of.namespace
        ),
    }));
    lines
}

/// The prompt, with as many marks as there are characters; more tell nothing more.
pub(super) fn pasting(count: usize) -> Vec<TextLine> {
    let marks = "•".repeat(count.min(24));
    let more = if count > 24 { "…" } else { "" };
    let told = match count {
        0 => "nothing yet".to_owned(),
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    };
    vec![
        TextLine::heading("Paste a token"),
        TextLine::new(Tone::Busy, "  token: ")
            .with(Tone::Plain, &format!("{marks}{more} "))
            .with(Tone::Muted, &told),
        TextLine::empty(),
        plain(
            "It is not shown, and it is wiped once it was tested; enter goes on, ctrl-u clears it, esc goes back.",
        ),
        TextLine::empty(),
        TextLine::heading("Where to get one"),
        plain("In the pod it is in the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names."),
        plain(
            "A token must be for the audience pods.eks.amazonaws.com, and bound to a running pod of this service account.",
        ),
    ]
}

/// The calls, what they mean, and for whom; the reasons to say no stand before the details.
pub(super) fn consent(shown: &Asked) -> Vec<TextLine> {
    let test = &shown.test;
    let role = test.expected.last_role().map(|arn| role_name(arn));
    let mut lines = Vec::new();
    if let Some(why) = shown.clearance.refusal() {
        let refused = format!("{} refused: {why}", glyph::BAD);
        lines.push(TextLine::new(Tone::Bad, &refused));
    }
    let whose = role.map_or_else(|| "the role".to_owned(), |role| format!("role {role}"));
    let how = match &test.token {
        TokenSource::Pod { name, .. } => format!("as pod {name} would"),
        TokenSource::Given => "with the pasted token".to_owned(),
    };
    let runs = matches!(test.purpose, Purpose::Run(_));
    let what_for = if runs {
        "gives them to the command if they are the role's"
    } else {
        "throws them away"
    };
    let summary =
        format!("Asks for credentials of {whose} {how}, looks who they are, and {what_for}.");
    lines.push(TextLine::new(Tone::Plain, &summary));
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("What is called"));
    for (number, call) in test.calls().iter().enumerate() {
        lines.push(
            TextLine::new(Tone::Muted, &format!("  {}  ", number + 1)).with(Tone::Plain, call),
        );
    }
    if matches!(test.purpose, Purpose::AfterChange { .. }) {
        let often = format!(
            "  {}  EKS Auth is asked until the new role comes back: at most {MOST_POLLS} times within {POLL_SECONDS} s, and this one yes is for all of them",
            glyph::WARNING
        );
        lines.push(TextLine::new(Tone::Warning, &often));
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("What that means"));
    let caller = test.caller.as_ref().map_or("the caller", Caller::short);
    let kept = if runs {
        "the command has them, and roledex never shows, writes or keeps them"
    } else {
        "they are never shown, written or kept"
    };
    lines.push(plain(&format!(
        "Real credentials are issued to you, {caller}; {kept}.",
    )));
    lines.push(plain(
        "CloudTrail records the call under your name, and the journal of roledex that it was made.",
    ));
    lines.push(plain(if runs {
        "The command may do whatever the role may; roledex neither sees that nor takes it back."
    } else {
        "Nothing in the cluster or in AWS is changed."
    }));
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Where, and as whom"));
    lines.extend(place(test));
    lines
}
