//! The container of old Office files: a small file system of sectors.
//!
//! Knows: headers, sector chains, the directory. Must not know: workbooks.

/// Sectors that a chain may have: those of 256 MB.
const LONGEST: usize = 1 << 19;
const END: u32 = 0xFFFF_FFFE;
/// Directory entries that are looked at.
const MOST_ENTRIES: usize = 4096;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A container.
pub struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

impl<'a> Container<'a> {
    /// Reads the tables of a container; none if they are damaged.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = u16_at(bytes, 30)?;
        if !matches!(shift, 9 | 12) {
            return None;
        }
        let sector = 1usize << shift;
        let mut container = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        container.fat = container.read_fat()?;
        let directory = container.chain(u32_at(bytes, 48)?, usize::MAX)?;
        for entry in directory.chunks_exact(128).take(MOST_ENTRIES) {
            container.entries.extend(Entry::of(entry));
        }
        let mini_fat = container.chain(u32_at(bytes, 60)?, usize::MAX)?;
        container.mini_fat = numbers(&mini_fat);
        let root = directory.get(..128).and_then(Entry::of)?;
        container.mini = container.chain(root.start, root.size)?;
        Some(container)
    }

    fn at(&self, sector: u32) -> Option<&'a [u8]> {
        let start = (usize::try_from(sector).ok()?.checked_add(1)?).checked_mul(self.sector)?;
        // The last sector of a file may be cut short.
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|s| !s.is_empty())
    }

    fn read_fat(&self) -> Option<Vec<u32>> {
        let mut sectors: Vec<u32> = self.bytes.get(76..512).map(numbers)?;
        let mut next = u32_at(self.bytes, 68)?;
        for _ in 0..LONGEST {
            if next >= END - 1 {
                break;
            }
            let mut more = numbers(self.at(next)?);
            next = more.pop()?;
            sectors.append(&mut more);
            if sectors.len() > LONGEST {
                return None;
            }
        }
        let mut fat = Vec::new();
        for sector in sectors.into_iter().filter(|s| *s < END - 2) {
            fat.extend(numbers(self.at(sector)?));
            if fat.len() > LONGEST * 4 {
                return None;
            }
        }
        Some(fat)
    }

    /// The bytes of a chain of sectors, at most `size` of them.
    fn chain(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut next = start;
        while next < END - 2 && out.len() < size {
            // A chain that is longer than the file goes in circles.
            if out.len() > self.bytes.len() {
                return None;
            }
            out.extend_from_slice(self.at(next)?);
            next = *self.fat.get(usize::try_from(next).ok()?)?;
        }
        out.truncate(size);
        Some(out)
    }

    /// The bytes of a stream by its name.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name))?;
        if entry.size >= 4096 {
            return self.chain(entry.start, entry.size);
        }
        let mut out = Vec::new();
        let mut next = entry.start;
        while next < END - 2 && out.len() < entry.size {
            let at = usize::try_from(next).ok()?;
            let start = at.checked_mul(64)?;
            out.extend_from_slice(self.mini.get(start..start.checked_add(64)?)?);
            next = *self.mini_fat.get(at)?;
        }
        out.truncate(entry.size);
        Some(out)
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

impl Entry {
    fn of(entry: &[u8]) -> Option<Self> {
        let length = usize::from(u16_at(entry, 64)?).clamp(2, 64);
        let units: Vec<u16> = entry
            .get(..length - 2)?
            .chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect();
        let name = String::from_utf16_lossy(&units);
        let size = usize::try_from(u32_at(entry, 120)?).ok()?;
        (!name.is_empty()).then_some(Self { name, start: u32_at(entry, 116)?, size })
    }
}
