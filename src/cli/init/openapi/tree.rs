//! The paths of a document below each other.

use super::operation::{Method, Operation};
use super::path::{parameter, segments};

/// A segment of a path and what lies below it.
#[derive(Debug, Default)]
pub(super) struct Branch<'d> {
    /// The segment; `{}` for a parameter.
    pub(super) segment: String,
    /// The whole path up to here, in such segments.
    pub(super) path: String,
    /// The name of the parameter that the segment is, in the words of the first path that has it.
    pub(super) parameter: Option<&'d str>,
    /// The requests of this very path.
    pub(super) operations: Vec<Operation<'d>>,
    /// What lies below, in the order of the document.
    pub(super) below: Vec<Branch<'d>>,
}

impl<'d> Branch<'d> {
    /// The tree of all paths.
    pub(super) fn root(operations: Vec<Operation<'d>>) -> Branch<'d> {
        let mut root = Branch::default();
        for operation in operations {
            let mut at = &mut root;
            for (segment, written) in
                segments(operation.path).into_iter().zip(operation.path.split('/').skip(1))
            {
                at = at.enter(segment, written);
            }
            at.operations.push(operation);
        }
        root
    }

    fn enter(&mut self, segment: String, written: &'d str) -> &mut Branch<'d> {
        let place = self.below.iter().position(|below| below.segment == segment).unwrap_or_else(|| {
            let path = format!("{}/{segment}", self.path);
            self.below.push(Branch { segment, path, parameter: parameter(written), ..Branch::default() });
            self.below.len() - 1
        });
        &mut self.below[place]
    }

    /// The request of this path with this method.
    pub(super) fn operation(&self, method: Method) -> Option<&Operation<'d>> {
        self.operations.iter().find(|operation| operation.method == method)
    }

    /// The branch of the parameter below.
    pub(super) fn item(&self) -> Option<&Branch<'d>> {
        self.below.iter().find(|below| below.parameter.is_some())
    }

    /// The branches of fixed segments below.
    pub(super) fn fixed(&self) -> impl Iterator<Item = &Branch<'d>> {
        self.below.iter().filter(|below| below.parameter.is_none())
    }
}
