//! Rows to stdout, in every format.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::{Format, Kind};
use crate::cli::rows::{self, Row};
use crate::model::export::terraform::Terraform;
use crate::model::export::{aws_cli, document, eksctl, json, table, yaml};
use crate::model::text::visible;
use crate::runtime::clock;

/// How rows are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) format: Format,
    pub(crate) headers: bool,
    /// A terminal acts on control characters, and CSV has no way to escape them.
    pub(crate) terminal: bool,
}

impl Style {
    pub(crate) fn new(format: Format, no_headers: bool) -> Self {
        Self {
            format,
            headers: !no_headers,
            terminal: io::stdout().is_terminal(),
        }
    }
}

/// Prints rows to stdout.
pub(crate) fn print(kind: Kind, rows: &[Row], style: Style) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out, kind, rows, style, clock::now())?;
    out.flush()
}

/// Prints one row as the document that it is.
pub(crate) fn print_one(kind: Kind, row: &Row, style: Style) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match style.format {
        Format::Json => writeln!(out, "{}", json::pretty(&row.document()))?,
        Format::Yaml => out.write_all(yaml::document(&row.document()).as_bytes())?,
        _ => write(
            &mut out,
            kind,
            std::slice::from_ref(row),
            style,
            clock::now(),
        )?,
    }
    out.flush()
}

fn write(
    out: &mut impl Write,
    kind: Kind,
    rows: &[Row],
    style: Style,
    now: Timestamp,
) -> io::Result<()> {
    match style.format {
        Format::Table | Format::Wide => {
            let columns = rows::columns(kind);
            let wide = style.format == Format::Wide;
            let cells: Vec<_> = rows
                .iter()
                .map(|row| columns.cut(row.cells(now), wide))
                .collect();
            // Titles over nothing would look like a failure to somebody who reads and like a row to a program.
            let titles = (style.headers && !rows.is_empty()).then(|| columns.titles(wide));
            table::lines(titles, &cells)
                .iter()
                .try_for_each(|line| writeln!(out, "{line}"))
        }
        Format::Json => write_json(out, rows),
        Format::Yaml if rows.is_empty() => writeln!(out, "[]"),
        Format::Yaml => rows
            .iter()
            .try_for_each(|row| out.write_all(yaml::element(&row.document()).as_bytes())),
        Format::Csv => write_csv(out, rows, style),
        // Containers of one pod stand together, and share its name.
        Format::Name => {
            let mut names: Vec<String> = rows.iter().map(Row::name).collect();
            names.dedup();
            names
                .iter()
                .try_for_each(|name| writeln!(out, "{}", visible(name)))
        }
        // Refused before anything is read: it is for findings.
        Format::Sarif => Ok(()),
        Format::Terraform => write_terraform(out, rows),
        Format::AwsCli => rows
            .iter()
            .filter_map(Row::exported)
            .try_for_each(|row| out.write_all(aws_cli::command_or_comment(row).as_bytes())),
        Format::Eksctl => rows
            .chunk_by(|one, next| one.arn() == next.arn())
            .try_for_each(|rows| {
                let Some(first) = rows.first() else {
                    return Ok(());
                };
                let Some(cluster) = first.arn() else {
                    return Ok(());
                };
                let text = eksctl::cluster_config(cluster, rows.iter().filter_map(Row::exported));
                out.write_all(text.as_bytes())
            }),
    }
}

/// One array, written object by object.
fn write_json(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "[]");
    }
    for (index, row) in rows.iter().enumerate() {
        out.write_all(if index == 0 { b"[\n" } else { b",\n" })?;
        // Line breaks within strings are escaped, so every one that is left is layout.
        let object = json::pretty(&row.document()).replace('\n', "\n  ");
        write!(out, "  {object}")?;
    }
    out.write_all(b"\n]\n")
}

fn write_csv(out: &mut impl Write, rows: &[Row], style: Style) -> io::Result<()> {
    let documents: Vec<Value> = rows.iter().map(Row::document).collect();
    let header = document::csv_header(&documents);
    if header.is_empty() {
        return Ok(());
    }
    let cell = |text: String| {
        if style.terminal {
            visible(&text).into_owned()
        } else {
            text
        }
    };
    let mut csv = csv::Writer::from_writer(out);
    if style.headers {
        csv.write_record(&header).map_err(unwrapped)?;
    }
    for document in &documents {
        let cells = header
            .iter()
            .map(|name| cell(document::csv_cell(document.get(name))));
        csv.write_record(cells).map_err(unwrapped)?;
    }
    csv.flush()
}

/// The error itself, so that a closed pipe is still recognised.
fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn write_terraform(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    let places: BTreeSet<_> = rows
        .iter()
        .filter_map(Row::arn)
        .map(|arn| (arn.account(), arn.region()))
        .collect();
    let mut terraform = match places.len() {
        0 | 1 => Terraform::one_place(),
        _ => Terraform::several_places(),
    };
    for (index, row) in rows.iter().filter_map(Row::exported).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        out.write_all(terraform.blocks(row).as_bytes())?;
    }
    Ok(())
}
