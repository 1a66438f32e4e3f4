//! Asks a server for the types of its services, by the reflection protocol of gRPC.

use super::answer::ended;
use super::call::Call;
use super::frame::{Frames, framed};
use super::status::GrpcStatus;
use super::types::{Types, TypesError};
use crate::journey::Sender;
use crate::sample::ErrorClass;
use crate::transport::{Failure, Keep, Request};
use http::uri::PathAndQuery;
use http::{HeaderName, Method};
use prost_reflect::DescriptorPool;
use prost_reflect::prost::Message;
use prost_reflect::prost_types::FileDescriptorProto;
use std::collections::{BTreeMap, BTreeSet};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest as Question;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse as Reply;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

/// The versions of the protocol, best first; their messages are the same.
const VERSIONS: [&str; 2] = ["v1", "v1alpha"];
/// The longest answer, in bytes.
const LONGEST: u64 = 64 << 20;

/// Why a server does not tell its types.
#[derive(Debug, thiserror::Error)]
pub enum ReflectionError {
    /// It does not speak the protocol.
    #[error(
        "the server offers no reflection ({0}); switch it on there, or name a descriptor set under `target.grpc.descriptors`"
    )]
    Missing(String),
    /// It speaks it, and says no.
    #[error(
        "the server's reflection failed: {0}; look into its log, or name a descriptor set under `target.grpc.descriptors`"
    )]
    Failed(String),
    /// Whoever answers does not speak HTTP/2.
    #[error("the port answers, but not with HTTP/2: {0}; correct the port, or write https:// for TLS")]
    NotHttp2(String),
    /// Nobody answers.
    #[error("asking the server's reflection failed: {}; {}", .0.text, .0.next_move())]
    Unreachable(Failure),
    /// What it says makes no whole.
    #[error(
        "what the server's reflection says makes no whole: {0}; name a descriptor set under `target.grpc.descriptors`"
    )]
    Types(#[from] TypesError),
}

/// The types of these calls' services, asked with the metadata of the first one.
///
/// # Errors
/// The server does not say; what it does not know is found when the calls are bound.
pub async fn discover(calls: &[&Call], sender: &mut impl Sender) -> Result<Types, ReflectionError> {
    let wanted: BTreeSet<&str> = calls.iter().map(|call| call.service()).collect();
    let mut missing = String::new();
    for version in VERSIONS {
        let Some(request) = calls.first().and_then(|call| question(call, version)) else { break };
        let mut asking = Asking { request, sender };
        match asking.services().await {
            Ok(services) => return asking.types(&wanted, services).await,
            Err(ReflectionError::Missing(why)) => missing = why,
            Err(other) => return Err(other),
        }
    }
    Err(ReflectionError::Missing(missing))
}

/// A request of the protocol, whose body is not yet there.
fn question(call: &Call, version: &str) -> Option<Request> {
    let path = format!("{}/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", call.prefix);
    let mut headers = call.rendered.fixed_headers.clone();
    headers.remove(HeaderName::from_static("grpc-timeout"));
    let path = PathAndQuery::try_from(path).ok()?;
    Some(Request::new(Method::POST, path, headers, bytes::Bytes::new()))
}

struct Asking<'s, S> {
    request: Request,
    sender: &'s mut S,
}

impl<S: Sender> Asking<'_, S> {
    async fn services(&mut self) -> Result<Vec<String>, ReflectionError> {
        let mut services = Vec::new();
        for reply in self.ask([Question::ListServices(String::new())]).await? {
            if let Reply::ListServicesResponse(list) = reply {
                services.extend(list.service.into_iter().map(|service| service.name));
            }
        }
        Ok(services)
    }

    /// The files of the services that are wanted and known, with all that they import.
    async fn types(
        mut self,
        wanted: &BTreeSet<&str>,
        services: Vec<String>,
    ) -> Result<Types, ReflectionError> {
        let known = services.iter().filter(|service| wanted.contains(service.as_str()));
        let mut questions: Vec<Question> = known.cloned().map(Question::FileContainingSymbol).collect();
        let mut files = BTreeMap::new();
        let mut asked = BTreeSet::new();
        // Ends, because no file is asked for twice.
        while !questions.is_empty() {
            for reply in self.ask(questions).await? {
                let Reply::FileDescriptorResponse(response) = reply else { continue };
                for file in response.file_descriptor_proto {
                    let file = FileDescriptorProto::decode(file.as_slice()).map_err(|error| {
                        ReflectionError::Failed(format!("a file cannot be read: {error}"))
                    })?;
                    files.insert(file.name().to_owned(), file);
                }
            }
            let lacking = lacking(&mut files).into_iter().filter(|name| asked.insert(name.clone()));
            questions = lacking.map(Question::FileByFilename).collect();
        }
        Ok(Types::of_files(files.into_values(), services)?)
    }

    /// Asks all of it in one stream, which ends with the last question.
    async fn ask(
        &mut self,
        questions: impl IntoIterator<Item = Question>,
    ) -> Result<Vec<Reply>, ReflectionError> {
        let failed = |text: String| ReflectionError::Failed(text);
        let mut body = Vec::new();
        for question in questions {
            let message = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
            body.extend_from_slice(&framed(&message).map_err(|error| failed(error.to_string()))?);
        }
        let request = self.request.clone().with_body(body);
        let answer = self.sender.send(&request, Keep::Body, LONGEST).await.map_err(of_failure)?;
        let ended = ended(&answer).map_err(|failure| ReflectionError::Missing(failure.text))?;
        match ended.status {
            GrpcStatus::OK => {}
            GrpcStatus::UNIMPLEMENTED => return Err(ReflectionError::Missing(ended.to_string())),
            _ => return Err(failed(ended.to_string())),
        }
        let mut replies = Vec::new();
        for frame in Frames::of(&answer.body) {
            let frame = frame.map_err(|error| failed(error.to_string()))?;
            let reply = ServerReflectionResponse::decode(frame).map_err(|error| failed(error.to_string()))?;
            match reply.message_response {
                Some(Reply::ErrorResponse(error)) => {
                    let status = GrpcStatus::numbered(u32::try_from(error.error_code).unwrap_or(u32::MAX));
                    return Err(failed(format!("{status}: {}", error.error_message)));
                }
                reply => replies.extend(reply),
            }
        }
        Ok(replies)
    }
}

fn of_failure(failure: Failure) -> ReflectionError {
    match failure.class {
        ErrorClass::Protocol | ErrorClass::Reset => ReflectionError::NotHttp2(failure.text),
        _ => ReflectionError::Unreachable(failure),
    }
}

/// The files that others import and that are not there. Those of Google's own types come with us.
fn lacking(files: &mut BTreeMap<String, FileDescriptorProto>) -> BTreeSet<String> {
    let own = DescriptorPool::global();
    loop {
        let imported = files.values().flat_map(|file| &file.dependency);
        let lacking: BTreeSet<String> = imported.filter(|name| !files.contains_key(*name)).cloned().collect();
        let known = lacking.iter().filter_map(|name| own.get_file_by_name(name));
        let known: Vec<FileDescriptorProto> =
            known.map(|file| file.file_descriptor_proto().clone()).collect();
        if known.is_empty() {
            return lacking;
        }
        files.extend(known.into_iter().map(|file| (file.name().to_owned(), file)));
    }
}
