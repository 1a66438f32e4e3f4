//! Processors that do not idle. A processor that sleeps takes time to come back, on a virtual machine milliseconds at times,
//! and what waits for an instant is late by that. Linux lets no processor sleep deeper than the shortest latency that
//! some process asks for (`Documentation/power/pm_qos_interface.rst` of the kernel); for 0 it polls instead of sleeping.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where a process asks for its latency: four bytes, in µs, for as long as it holds the file open.
const DEVICE: &str = "/dev/cpu_dma_latency";

/// Keeps all processors of this machine awake until it is dropped or the process has ended, however it ends.
#[derive(Debug)]
pub struct Awake {
    _held: File,
}

/// The processors cannot be kept awake.
#[derive(Debug, thiserror::Error)]
#[error("the processors cannot be kept awake: {}: {source}; {}", .device.display(), next(.source))]
pub struct AwakeError {
    device: PathBuf,
    source: io::Error,
}

impl Awake {
    /// Asks for it.
    ///
    /// # Errors
    /// When the device is not there, or not for us.
    pub fn hold() -> Result<Awake, AwakeError> {
        Awake::hold_by(Path::new(DEVICE))
    }

    fn hold_by(device: &Path) -> Result<Awake, AwakeError> {
        let held = OpenOptions::new().write(true).open(device).and_then(|mut held| {
            held.write_all(&0_i32.to_ne_bytes())?;
            Ok(held)
        });
        match held {
            Ok(held) => Ok(Awake { _held: held }),
            Err(source) => Err(AwakeError { device: device.to_owned(), source }),
        }
    }
}

/// The next move.
fn next(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => "run it as root, or let its user write to the device",
        io::ErrorKind::NotFound => {
            "this needs Linux; a container needs the device (`--device /dev/cpu_dma_latency`)"
        }
        _ => "run it without",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_asks_for_no_latency_and_says_where_it_cannot() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("latency");
        let absent = Awake::hold_by(&device).unwrap_err().to_string();
        assert!(absent.starts_with("the processors cannot be kept awake: "), "{absent}");
        assert!(
            absent.ends_with("a container needs the device (`--device /dev/cpu_dma_latency`)"),
            "{absent}"
        );
        fs::write(&device, "").unwrap();
        let _awake = Awake::hold_by(&device).unwrap();
        assert_eq!(fs::read(&device).unwrap(), [0; 4]);
    }
}
