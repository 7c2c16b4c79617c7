//! The agency's word on what is not certain.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Law;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::domain::tien_thuong::HeSo;

/// What an agency confirmed of the uncertain entries: id (`muc_thuong/nd152/giay_khen_xa/ca_nhan`) → value.
///
/// Made by [`Law::confirm`], which knows what there is to confirm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Confirmed(BTreeMap<String, Value>);

impl Confirmed {
    pub(super) fn number(&self, id: &str) -> Option<f64> {
        self.0.get(id).and_then(Value::as_f64)
    }

    pub(super) fn flag(&self, id: &str) -> Option<bool> {
        self.0.get(id).and_then(Value::as_bool)
    }
}

impl Law {
    /// Takes the agency's word on uncertain entries (configuration, section `[xac_nhan]`); an unknown id, one that is
    /// certain already, or a value of the wrong kind is a fault.
    pub fn confirm(&self, values: BTreeMap<String, Value>) -> Result<Confirmed, Failure> {
        let open = self.open();
        let mut faults = Vec::new();
        for (id, value) in &values {
            let fault = match open.get(id) {
                None => {
                    let near = open
                        .keys()
                        .map(|known| (strsim::damerau_levenshtein(known, id), known))
                        .filter(|(distance, _)| *distance <= 1 + id.len() / 5)
                        .min();
                    let fault = Diagnostic::error(
                        "xac_nhan",
                        format!("`[xac_nhan]`: không có mục `{id}` nào cần xác nhận"),
                        format!("`[xac_nhan]`: there is no entry `{id}` to be confirmed"),
                    );
                    match near {
                        Some((_, known)) => {
                            fault.hint(format!("có phải `{known}`?"), format!("did you mean `{known}`?"))
                        }
                        None => fault.hint(
                            "muốn đổi mục đã chắc chắn thì đặt tệp cùng tên trong thư mục mẫu của cơ quan",
                            "to change a certain entry, lay a file of the same name over it in the agency's own folder",
                        ),
                    }
                }
                Some(kind) if kind.takes(value) => continue,
                Some(kind) => {
                    let (vi, en) = kind.wanted();
                    Diagnostic::error(
                        "xac_nhan",
                        format!("`[xac_nhan]`, mục `{id}`: giá trị phải là {vi}, không phải `{value}`"),
                        format!("`[xac_nhan]`, entry `{id}`: the value must be {en}, not `{value}`"),
                    )
                }
            };
            faults.push(fault);
        }
        if faults.is_empty() { Ok(Confirmed(values)) } else { Err(Failure::new(Code::BadConfiguration, faults)) }
    }

    /// Ids of everything that may be confirmed, with what a value looks like.
    fn open(&self) -> BTreeMap<String, Wanted> {
        let mut open = BTreeMap::new();
        let mut add = |file: &str, word: &str, certain: bool, wanted: Wanted| {
            if !certain {
                open.insert(format!("{file}/{word}"), wanted);
            }
        };
        self.wages.iter().for_each(|one| add("luong_co_so", &one.ma, one.chac_chan, Wanted::Money));
        self.prizes.iter().for_each(|one| add("muc_thuong", &one.ma, one.chac_chan, Wanted::Coefficient));
        self.once.iter().for_each(|one| add("muc_thuong", &one.ma, one.chac_chan, Wanted::Flag));
        self.authorities.iter().for_each(|one| add("tham_quyen", &one.ma, one.chac_chan, Wanted::Flag));
        self.quotas.iter().for_each(|one| add("dinh_muc", &one.ma, one.chac_chan, Wanted::Percent));
        open
    }
}

/// What kind of value confirms an entry.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Money,
    Coefficient,
    Percent,
    Flag,
}

impl Wanted {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Money => value.as_i64().is_some_and(|amount| (1..1_000_000_000).contains(&amount)),
            Self::Coefficient => value.as_f64().is_some_and(|number| HeSo::from_number(number).is_ok()),
            Self::Percent => value.as_f64().is_some_and(|number| number > 0.0 && number <= 100.0),
            Self::Flag => value.is_boolean(),
        }
    }

    fn wanted(self) -> (&'static str, &'static str) {
        match self {
            Self::Money => ("số đồng, số nguyên dương", "a whole amount in đồng above 0"),
            Self::Coefficient => ("hệ số, như 0.15", "a coefficient such as 0.15"),
            Self::Percent => ("phần trăm, như 15", "a percentage such as 15"),
            Self::Flag => ("true hoặc false", "true or false"),
        }
    }
}
