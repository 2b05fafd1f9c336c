//! Realistic lines, each with the one signature that it has.

use super::only;

#[test]
#[expect(clippy::too_many_lines, reason = "a table reads best whole")]
fn lines_of_programs_are_recognised() {
    for (line, id) in [
        (
            r#"level=error msg="cannot list buckets" err="CredentialsEndpointError: invalid endpoint host, \"169.254.170.23\", only loopback hosts are allowed.""#,
            "go-sdk-too-old",
        ),
        (
            "botocore.exceptions.MetadataRetrievalError: Error retrieving metadata: Unsupported host '169.254.170.23'.  Can only retrieve metadata from these hosts: 169.254.170.2, localhost, 127.0.0.1",
            "python-sdk-too-old",
        ),
        (
            "software.amazon.awssdk.core.exception.SdkClientException: The full URI (http://169.254.170.23/v1/credentials) contained withing environment variable AWS_CONTAINER_CREDENTIALS_FULL_URI has an invalid host. Host can only be one of [localhost, 127.0.0.1].",
            "java-sdk-too-old",
        ),
        (
            "CredentialsProviderError: 169.254.170.23 is not a valid container metadata service hostname",
            "javascript-sdk-too-old",
        ),
        (
            "PHP Fatal error: Uri 'http://169.254.170.23/v1/credentials' contains an unsupported host.",
            "php-sdk-too-old",
        ),
        (
            r#"{"level":"fatal","msg":"Unable to start server: listen tcp [fd00:ec2::23]:80: bind: cannot assign requested address","time":"2026-11-21T09:00:00Z"}"#,
            "agent-without-ipv6",
        ),
        (
            r#"{"level":"fatal","msg":"Unable to start server: listen tcp 169.254.170.23:80: bind: address already in use"}"#,
            "agent-port-taken",
        ),
        (
            r#"{"level":"error","msg":"Error fetching credentials: operation error EKS Auth: AssumeRoleForPodIdentity, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded"}"#,
            "agent-without-node-role",
        ),
        (
            r#"{"level":"error","msg":"Error fetching credentials: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 0, RequestID: , canceled, context canceled"}"#,
            "agent-cannot-reach-eks-auth",
        ),
        (
            "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:us-west-2:111122223333:cluster/demo",
            "node-role-lacks-eks-auth",
        ),
        (
            r#"{"level":"info","msg":"Removing credentials from cache, got non recoverable error: operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 400, ExpiredTokenException: The token included in the request is expired"}"#,
            "agent-forgets-ended-pods",
        ),
        (
            "operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 429, ThrottlingException: Rate exceeded",
            "eks-auth-throttles",
        ),
        (
            "Received non 200 response 429 from container metadata: Too Many Requests",
            "agent-limits-requests",
        ),
        (
            "403 Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not proxy.internal",
            "agent-called-by-proxy",
        ),
        (
            r#"Get "http://169.254.170.23/v1/credentials": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"#,
            "agent-does-not-answer",
        ),
        (
            r#"Error retrieving metadata: Received error when attempting to retrieve container metadata: Connect timeout on endpoint URL: "http://169.254.170.23/v1/credentials""#,
            "agent-does-not-answer",
        ),
        (
            "Error: connect ECONNREFUSED 169.254.170.23:80",
            "agent-does-not-answer",
        ),
        (
            "400: Service account token cannot be parsed: token is malformed: could not base64 decode header: illegal base64 data at input byte 6",
            "token-with-bearer",
        ),
        (
            "400: Service account token cannot be empty",
            "token-malformed",
        ),
        (
            "Service account token failed basic claim validations: token has invalid claims: token is expired",
            "token-expired",
        ),
        (
            "Service account token failed claim validations: invalid audience: expected pods.eks.amazonaws.com",
            "token-for-another-audience",
        ),
        (
            "Service account token failed claim validations: missing claim: kubernetes.io/pod",
            "token-without-pod",
        ),
        (
            "InvalidSignatureException: Signature expired: 20261121T080000Z is now earlier than 20261121T085500Z",
            "clock-skew",
        ),
        (
            "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
            "no-credentials",
        ),
        (
            "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
            "no-credentials",
        ),
        (
            "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0 is not authorized to perform: s3:ListBucket",
            "node-role-used",
        ),
        (
            "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d9f-0b6c is not authorized to perform: s3:ListBucket",
            "role-may-not",
        ),
    ] {
        let found = only(line);
        assert_eq!(found.signature.id, id, "{line}");
        assert!(!found.line.contains("(hidden)"), "{}", found.line);
    }
}

/// Whose session was refused is told by its name; what a resource, a bucket or another ARN is called tells nothing.
#[test]
fn who_was_refused_is_told_by_the_session_alone() {
    let node = "arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0";
    let pod = "arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d9f-0b6c";
    let other = "arn:aws:sts::111122223333:assumed-role/api/botocore-session-1790000000";
    let (bucket, role) = ("arn:aws:s3:::shop/i-0/eks-", ":assumed-role/");
    let refused = "is not authorized to perform";
    for (line, id) in [
        (
            format!("User: {node} {refused}: s3:GetObject on resource: {bucket}"),
            Some("node-role-used"),
        ),
        (
            format!("User: {node} {refused}: sts:AssumeRole on resource: {pod}"),
            Some("node-role-used"),
        ),
        (
            format!("User: {pod} {refused}: s3:GetObject on resource: {bucket}"),
            Some("role-may-not"),
        ),
        (
            format!(
                "User: {pod} {refused}: ec2:StopInstances on resource: arn:aws:ec2:us-west-2:1:instance/i-0123456789abcdef0"
            ),
            Some("role-may-not"),
        ),
        (
            format!("User: {pod} {refused}: sts:AssumeRole on resource: {node}"),
            Some("role-may-not"),
        ),
        (
            format!("instance/i-0123456789abcdef0 says: User: {pod} {refused}: s3:GetObject"),
            Some("role-may-not"),
        ),
        (
            format!(r#"{{"err":"User: \"{pod}\" {refused}: s3:GetObject"}}"#),
            Some("role-may-not"),
        ),
        (
            format!("User: {other} {refused}: s3:GetObject on resource: {bucket}"),
            None,
        ),
        (
            format!("User: {other} {refused}: sts:AssumeRole on resource: {pod}"),
            None,
        ),
        (
            format!(
                "User: {other} {refused}: eks:ListPods on resource: arn:aws:eks:us-west-2:1:cluster/eks-demo"
            ),
            None,
        ),
        (
            format!(
                "User: arn:aws:iam::111122223333:user/dev {refused}: sts:AssumeRole on resource: {node}"
            ),
            None,
        ),
        (
            format!("User: arn:aws:sts::1:assumed-role/nodes/i-0-import {refused}: s3:GetObject"),
            None,
        ),
        (format!("{role} /i-0 /eks- {refused}"), None),
    ] {
        let found: Vec<&str> = super::ids(&[&line]);
        assert_eq!(found, id.into_iter().collect::<Vec<_>>(), "{line}");
    }
    let both = format!("User: {node} {refused}: s3:A; User: {pod} {refused}: s3:B");
    assert_eq!(super::ids(&[&both]), ["node-role-used", "role-may-not"]);
}

#[test]
fn answers_of_aws_are_recognised() {
    for (line, id) in [
        (
            "ResourceNotFoundException: The token included in the request has no service account role association for it.",
            "no-association",
        ),
        (
            "AccessDeniedException: Unauthorized Exception! EKS does not have permissions to assume the associated role.",
            "role-not-assumable",
        ),
        (
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.us-west-2.amazonaws.com/id/ABC",
            "irsa-without-provider",
        ),
        (
            "InvalidIdentityToken: Incorrect token audience",
            "irsa-audience",
        ),
        (
            "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "irsa-refused",
        ),
        (
            "InvalidParameterException: Trust policy of the role provided is invalid.",
            "trust-invalid",
        ),
        (
            "InvalidParameterException: Role provided in the request does not exist.",
            "role-unknown",
        ),
        (
            "ResourceInUseException: Association already exists: a-1b2c3d4e5f6g7h8i9",
            "association-exists",
        ),
        (
            "User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-1 is not authorized to perform: sts:TagSession on resource: arn:aws:iam::444455556666:role/b",
            "session-tags-refused",
        ),
        (
            "PackedPolicyTooLarge: Packed size of session tags consumes 104% of allotted space.",
            "session-tags-too-large",
        ),
        (
            "User: arn:aws:iam::111122223333:user/dev is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/api",
            "pass-role-denied",
        ),
        (
            "is not authorized to perform: eks:DeletePodIdentityAssociation on resource: arn:aws:eks:us-west-2:111122223333:podidentityassociation/demo/a-1",
            "association-resource-denied",
        ),
        (
            "ValidationException: associationId should be 19 characters long",
            "association-id-malformed",
        ),
        (
            "InvalidRequestException: Pod Identity feature is not supported for addon version: v1.0.0-eksbuild.1",
            "addon-without-pod-identity",
        ),
        (
            "Service account x in pod identity configuration is not supported for addon vpc-cni",
            "addon-service-account",
        ),
        (
            "Identity Provider URL cannot be same as OpenID Connect (OIDC) issuer URL",
            "identity-provider-is-issuer",
        ),
        (
            "ResourceNotFoundException: No config found for cluster demo with config name: x and config type: oidc",
            "identity-provider-unknown",
        ),
        (
            "Error when retrieving token from sso: Token has expired and refresh failed",
            "own-session-expired",
        ),
    ] {
        let found = only(line);
        assert_eq!(found.signature.id, id, "{line}");
        assert!(!found.line.contains("(hidden)"), "{}", found.line);
    }
}
