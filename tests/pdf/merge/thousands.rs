//! A measurement: how fast, and in how much memory.

use std::fs;

use vinhdanh::pdf::Merger;

use super::{about, bookmark, certificates};

/// The `n`th copy of a certificate: every small stream holds other bytes, as another name would give it.
fn varied(pdf: &[u8], n: usize) -> Vec<u8> {
    let mut copy = pdf.to_vec();
    let mut at = 0;
    while let Some(start) = memchr::memmem::find(&copy[at..], b">>\nstream\n").map(|found| at + found + 10) {
        let end = start + memchr::memmem::find(&copy[start..], b"\nendstream").expect("an end");
        let colours = memchr::memmem::find(&copy[start.saturating_sub(70)..start], b"/Range").is_some();
        if (9..20_000).contains(&(end - start)) && !colours {
            for (byte, other) in copy[end - 8..end].iter_mut().zip(n.to_le_bytes()) {
                *byte ^= other;
            }
        }
        at = end;
    }
    copy
}

/// A line of `/proc/self/status`, kB.
fn memory(line: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let value = status.lines().find_map(|one| one.strip_prefix(line)).expect("the line");
    value.trim_start_matches(':').split_whitespace().next().expect("a number").parse().expect("a number")
}

/// Seconds this process has worked, whatever else the machine does.
fn worked() -> f64 {
    let told = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields = told.rsplit(") ").next().expect("fields").split(' ').skip(11).take(2);
    fields.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / 100.0
}

/// How fast, and in how much memory: `cargo test --release --test integration thousands -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement; alone in its process"]
fn thousands_are_merged_in_flat_memory() {
    let made = certificates(1_093);
    let mut grown = Vec::new();
    for many in [100, 1_093, 10_000] {
        let distinct = if many > made.len() { "copies made unlike" } else { "certificates" };
        let (before, start) = (memory("VmRSS"), worked());
        let mut merger = Merger::new(std::io::sink(), about()).expect("a sink takes all");
        for n in 0..many {
            let title = format!("Lò Văn {n}");
            merger
                .add(&varied(&made[n % made.len()], if many > made.len() { n } else { 0 }), &[bookmark(&title, 1)])
                .expect("one of ours");
        }
        let merged = merger.finish().expect("pages");
        let seconds = worked() - start;
        grown.push(memory("VmHWM").saturating_sub(before));
        eprintln!(
            "{many} {distinct}: {:.0} in a second of work, {} bytes, peak {} kB above {before} kB",
            many as f64 / seconds,
            merged.bytes,
            grown[grown.len() - 1]
        );
        assert_eq!(merged.pages, many);
    }
    assert!(grown[2] < 100_000, "{grown:?} kB");
}
