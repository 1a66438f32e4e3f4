//! The types of services and messages, from a descriptor set or from what reflection says.

use super::name::MethodName;
use crate::source::{Problem, suggest};
use prost_reflect::prost_types::FileDescriptorProto;
use prost_reflect::{DescriptorError, DescriptorPool, MethodDescriptor};

/// What services there are, and the types of their messages.
#[derive(Debug, Clone)]
pub struct Types {
    pool: DescriptorPool,
    /// The names of all services; of some reflection may have brought nothing but the name.
    services: Vec<String>,
}

/// Types that make no whole.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct TypesError(#[from] DescriptorError);

impl Types {
    /// The types of a file descriptor set, as `protoc --descriptor_set_out` writes it.
    ///
    /// # Errors
    /// The bytes are no such set, or files are missing in it.
    pub fn of_set(bytes: &[u8]) -> Result<Types, TypesError> {
        let pool = DescriptorPool::decode(bytes)?;
        let services = pool.services().map(|service| service.full_name().to_owned()).collect();
        Ok(Types { pool, services })
    }

    /// The types of these files, of a server with these services.
    pub(super) fn of_files(
        files: impl IntoIterator<Item = FileDescriptorProto>,
        services: Vec<String>,
    ) -> Result<Types, TypesError> {
        let mut pool = DescriptorPool::new();
        pool.add_file_descriptor_protos(files)?;
        Ok(Types { pool, services })
    }

    /// The method of this name, which takes one message and gives one.
    pub(super) fn method(&self, name: &MethodName) -> Result<MethodDescriptor, Problem> {
        let (service, method) = (&name.service, &name.method);
        let Some(found) = self.pool.get_service_by_name(service) else {
            let message = format!("there is no service `{}`", service.value);
            let help = suggest(service, self.services.iter().map(String::as_str));
            return Err(Problem::at(service.mark, message).help(help));
        };
        let methods: Vec<MethodDescriptor> = found.methods().collect();
        let Some(found) = methods.iter().find(|known| known.name() == method.value) else {
            let message = format!("the service `{}` has no method `{}`", service.value, method.value);
            let help = suggest(method, methods.iter().map(MethodDescriptor::name));
            return Err(Problem::at(method.mark, message).help(help));
        };
        let streams = match (found.is_client_streaming(), found.is_server_streaming()) {
            (false, false) => return Ok(found.clone()),
            (true, false) => "takes a stream of messages",
            (false, true) => "answers with a stream of messages",
            (true, true) => "streams messages both ways",
        };
        let problem = Problem::at(method.mark, format!("`{}` {streams}", method.value));
        Err(problem.help("a step calls methods that take one message and give one"))
    }
}
