using Signet.Agent.Configuration;
using Signet.Agent.Ledger;
using Signet.Agent.Requests;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>The ledger records about single files. docs/ledger.md lists their fields.</summary>
internal static class SigningRecords
{
    /// <summary>A signature that is about to leave the agent.</summary>
    public static LedgerRecord Signed(
        StoredRequest request, ProfileConfiguration profile, SignedFile file, long originalSizeBytes, string keyName,
        Uri? timestampServer)
    {
        var fields = RequestRecords.Common(request);
        fields["buildUrl"] = request.Build.Url;
        fields["startedBy"] = request.Build.HasStartedBy ? request.Build.StartedBy : null;
        fields["key"] = keyName;
        fields["hardwareRequired"] = profile.HardwareRequired;
        fields["file"] = file.Name;
        fields["format"] = file.Format;
        fields["detachedSuffix"] = file.HasDetachedSuffix ? file.DetachedSuffix : null;
        fields["digest"] = request.Options.Digest.ToString();
        fields["sizeBytes"] = originalSizeBytes;
        fields["originalSha256"] = file.OriginalSha256.ToByteArray();
        fields["signedSha256"] = file.SignedSha256.ToByteArray();
        fields["certificateSha256"] = file.CertificateSha256.ToByteArray();
        fields["certificateSubject"] = file.CertificateSubject;
        fields["timestamp"] = file.Timestamp?.ToDateTimeOffset();
        fields["timestampServer"] = timestampServer?.AbsoluteUri;
        fields["approvedBy"] = request.Approvals.Select(approval => (object?)approval.Operator).ToList();
        return new LedgerRecord(LedgerKinds.FileSigned, "controller:" + request.Controller, fields);
    }

    /// <summary>A file that got no signature.</summary>
    public static LedgerRecord Failed(
        StoredRequest request, ProfileConfiguration profile, string fileName, Exception exception)
    {
        var fields = RequestRecords.Common(request);
        fields["key"] = profile.Key;
        // What the caller called it: it may be a name that is in no manifest, of any length.
        fields["file"] = fileName.Length <= 1024 ? fileName : fileName[..1024];
        fields["reason"] = ErrorReasons.WireName(
            exception is SigningException typed ? typed.Reason : ErrorReason.Internal);
        fields["detail"] = exception is SigningException ? exception.Message : exception.GetType().Name;
        return new LedgerRecord(LedgerKinds.FileFailed, "controller:" + request.Controller, fields);
    }
}
