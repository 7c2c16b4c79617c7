//! How far a request is.

use super::{Signing, not_there};
use crate::diagnostic::Failure;
use crate::register::{FieldRow, FieldState, PreparationRow, RequestRow, RequestState, Role, now_ms};

/// A request with its fields.
#[derive(Debug, Clone)]
pub struct RequestReport {
    /// The request.
    pub row: RequestRow,
    /// Where it stands.
    pub state: RequestState,
    /// Its fields, in the order of signing.
    pub fields: Vec<FieldReport>,
    /// What is being signed now.
    pub open: Option<PreparationRow>,
}

/// A field of a request.
#[derive(Debug, Clone)]
pub struct FieldReport {
    /// The field.
    pub row: FieldRow,
    /// Where it stands.
    pub state: FieldState,
    /// Who signs.
    pub role: Role,
    /// Why the last try came to nothing.
    pub reason: Option<Failure>,
}

impl RequestReport {
    /// The field whose turn it is.
    pub fn next(&self) -> Option<&str> {
        if !self.state.is_active() {
            return None;
        }
        self.fields.iter().find(|one| one.state != FieldState::Signed).map(|one| one.row.name.as_str())
    }

    /// One field.
    pub fn field(&self, name: &str) -> Option<&FieldReport> {
        self.fields.iter().find(|one| one.row.name == name)
    }
}

impl Signing {
    /// How far a request of an owner is; one of another owner is not there.
    pub async fn report(&self, owner: &str, id: &str) -> Result<RequestReport, Failure> {
        let row = self.register.request(owner, id).await?.ok_or_else(not_there)?;
        self.report_of(row).await
    }

    /// How far a request is.
    pub(super) async fn report_of(&self, row: RequestRow) -> Result<RequestReport, Failure> {
        let rows = self.register.request_fields(&row.id).await?;
        let open = self.register.open_preparation_of(&row.id).await?;
        assemble(row, rows, open, now_ms())
    }
}

/// What time has made of a request is told before the keeper has written it down.
pub(super) fn assemble(
    row: RequestRow,
    rows: Vec<FieldRow>,
    open: Option<PreparationRow>,
    now: i64,
) -> Result<RequestReport, Failure> {
    let mut state = row.state()?;
    if state.is_active() && row.expires_at <= now {
        state = RequestState::Expired;
    }
    let open = open.filter(|one| one.expires_at > now);
    let fields = rows
        .into_iter()
        .map(|row| {
            let mut state = row.state()?;
            if state == FieldState::Prepared && open.is_none() {
                state = FieldState::Ready;
            }
            Ok(FieldReport { state, role: row.role()?, reason: row.reason()?, row })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(RequestReport { row, state, fields, open })
}
