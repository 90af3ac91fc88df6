using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Storage;
using Signet.Formats;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>Requests as the protocol shows them.</summary>
internal static class RequestViews
{
    /// <summary>The request for its controller, with all its files.</summary>
    public static SigningRequest ToMessage(IAgentReader reader, StoredRequest request)
    {
        var message = new SigningRequest
        {
            RequestId = request.RequestId,
            State = request.State,
            Profile = request.Profile,
            CreatedAt = request.CreatedAt.ToTimestamp(),
            ExpiresAt = request.ExpiresAt?.ToTimestamp(),
            ApprovalsRequired = request.ApprovalsRequired,
            Approvals = { request.Approvals },
            EndedDetail = request.EndedDetail,
            EndedReason = request.EndedReason,
            ManifestSha256 = ByteString.CopyFrom(request.ManifestSha256),
        };
        if (FormatCatalog.Default.FindByFormatName(request.Options.Format) is IDetachedFormat detached)
        {
            message.DetachedSuffix = detached.Suffix;
        }

        message.Files.AddRange(reader.ListFiles(request.RequestId).Select(ToMessage));
        return message;
    }

    /// <summary>The request for an operator.</summary>
    public static RequestDetail ToDetail(IAgentReader reader, StoredRequest request) => new()
    {
        Request = ToMessage(reader, request),
        Controller = request.Controller,
        Credential = request.Credential,
        Build = request.Build,
        Options = request.Options,
    };

    /// <summary>The request for an operator who decides on it: also what was signed under the names of its files before.</summary>
    public static RequestDetail ToFullDetail(IAgentReader reader, StoredRequest request)
    {
        var detail = ToDetail(reader, request);
        detail.Previous.AddRange(detail.Request.Files
            .Select(file => reader.FindPrevious(request, file.File.Name)).OfType<PreviousFile>());
        return detail;
    }

    private static FileStatus ToMessage(StoredFile file) => new()
    {
        File = new ManifestFile
        {
            Name = file.Name,
            SizeBytes = file.SizeBytes,
            Sha256 = ByteString.CopyFrom(file.Sha256),
        },
        SignedAt = file.SignedAt?.ToTimestamp(),
    };
}
