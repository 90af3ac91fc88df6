using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>What a request must look like before anything is done with it.</summary>
internal static class RequestChecks
{
    private const int MaxNameChars = 1024;
    private const int MaxDescriptionChars = 256;
    private const int MaxFormatChars = 64;
    private const int MaxTextChars = 2048;
    private const int MaxCauses = 20;
    private const int Sha256Bytes = 32;

    /// <summary>Checks the parts that do not depend on a profile, and gives absent messages their defaults.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST, naming the field.</exception>
    public static void CheckShape(CreateRequestRequest request)
    {
        CheckRequestId(request.RequestId);
        request.Build ??= new Build();
        request.Options ??= new SigningOptions();
        request.Options.ExistingSignature = request.Options.ExistingSignature == ExistingSignature.Unspecified
            ? ExistingSignature.Refuse : Declared(request.Options.ExistingSignature, "options.existing_signature");
        request.Options.Digest = request.Options.Digest == DigestAlgorithm.Unspecified
            ? DigestAlgorithm.Sha256 : Declared(request.Options.Digest, "options.digest");
        CheckText("options.description", request.Options.Description, MaxDescriptionChars);
        CheckText("options.format", request.Options.Format, MaxFormatChars);
        CheckUrl("options.description_url", request.Options.DescriptionUrl);
        CheckBuild(request.Build);
        CheckFiles(request.Files);
        if (request.Options.Catalog.Length > 0)
        {
            CheckCatalog(request);
        }
    }

    /// <summary>Checks that an id is a UUID in its 36-character lower-case form (RFC 9562 section 4).</summary>
    /// <exception cref="SigningException">INVALID_REQUEST</exception>
    public static void CheckRequestId(string requestId)
    {
        if (!Guid.TryParseExact(requestId, "D", out var id) || id.ToString("D") != requestId)
        {
            throw Invalid("request_id is not a UUID in its 36-character lower-case form");
        }
    }

    /// <summary>Checks the manifest against the limits of a profile.</summary>
    /// <exception cref="SigningException">LIMIT_EXCEEDED, naming limit and value.</exception>
    public static void CheckLimits(CreateRequestRequest request, ProfileConfiguration profile)
    {
        if (request.Files.Count > profile.Limits.Files)
        {
            throw new SigningException(ErrorReason.LimitExceeded, string.Create(CultureInfo.InvariantCulture,
                $"The request has {request.Files.Count} files; profile '{profile.Name}' allows {profile.Limits.Files}. Split it, or have the limit raised."));
        }

        if (request.Options.Catalog.Length > 0 && !profile.Formats.Contains("cat"))
        {
            throw new SigningException(ErrorReason.UnsupportedFormat,
                $"The request asks for a catalog, and profile '{profile.Name}' does not sign format 'cat'.");
        }

        foreach (var file in request.Files)
        {
            if (file.SizeBytes > profile.Limits.FileSizeBytes)
            {
                throw new SigningException(ErrorReason.LimitExceeded, string.Create(CultureInfo.InvariantCulture,
                    $"File '{file.Name}' has {file.SizeBytes} bytes; profile '{profile.Name}' allows {profile.Limits.FileSizeBytes}."));
            }
        }
    }

    /// <summary>Checks that a format that was chosen is one that the profile signs.</summary>
    /// <exception cref="SigningException">UNSUPPORTED_FORMAT, naming those that it signs.</exception>
    public static void CheckFormat(CreateRequestRequest request, ProfileConfiguration profile)
    {
        var format = request.Options.Format;
        if (format.Length > 0 && !profile.Formats.Contains(format, StringComparer.Ordinal))
        {
            throw new SigningException(ErrorReason.UnsupportedFormat,
                $"The request chooses format '{format}', which profile '{profile.Name}' does not sign. It signs "
                + string.Join(", ", profile.Formats) + ".");
        }
    }

    private static void CheckBuild(Build build)
    {
        CheckText("build.url", build.Url, MaxTextChars);
        CheckText("build.started_by", build.StartedBy, MaxTextChars);
        CheckText("build.node", build.Node, MaxTextChars);
        CheckText("build.scm.url", build.Scm?.Url ?? string.Empty, MaxTextChars);
        if (build.Scm is { } scm)
        {
            // Neither store nor ledger nor an operator's screen is a place for it.
            scm.Url = ScmUrl.WithoutSecret(scm.Url);
        }

        CheckText("build.scm.branch", build.Scm?.Branch ?? string.Empty, MaxTextChars);
        CheckText("build.scm.commit", build.Scm?.Commit ?? string.Empty, MaxTextChars);
        if (build.Causes.Count > MaxCauses)
        {
            throw Invalid($"build.causes has more than {MaxCauses} entries");
        }

        foreach (var cause in build.Causes)
        {
            CheckText("build.causes", cause, MaxTextChars);
        }

        if (build.HasDefinitionSha256 && build.DefinitionSha256.Length != Sha256Bytes)
        {
            throw Invalid("build.definition_sha256 is not 32 bytes long");
        }
    }

    private static void CheckFiles(RepeatedField<ManifestFile> files)
    {
        if (files.Count == 0)
        {
            throw Invalid("files is empty: a request names at least one file");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            CheckFileName(file.Name);
            if (!names.Add(file.Name))
            {
                throw Invalid($"files has '{file.Name}' twice");
            }

            if (file.Sha256.Length != Sha256Bytes)
            {
                throw Invalid($"sha256 of file '{file.Name}' is not 32 bytes long");
            }

            if (file.SizeBytes < 0)
            {
                throw Invalid($"size_bytes of file '{file.Name}' is negative");
            }
        }
    }

    // The catalog is one more file of the request, and a catalog does not tell names apart that differ in case alone.
    private static void CheckCatalog(CreateRequestRequest request)
    {
        var catalog = request.Options.Catalog;
        CheckFileName(catalog);
        if (!catalog.EndsWith(".cat", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid($"options.catalog is '{catalog}', which does not end with .cat");
        }

        if (request.Options.Format.Length > 0)
        {
            throw Invalid("options.format and options.catalog are both set, and no file of a catalog is signed by itself");
        }

        if (request.Options.PageHashes)
        {
            throw Invalid("options.page_hashes and options.catalog are both set, and a catalog states no page hashes of its "
                + "files. Leave one of them out, or sign the programs in a request of their own first");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { catalog };
        foreach (var file in request.Files)
        {
            if (!names.Add(file.Name))
            {
                throw Invalid($"files has '{file.Name}' twice but for case, or it is the name of the catalog");
            }
        }
    }

    // The agent opens no file by this name, but it is shown to operators who approve and to auditors: a name that
    // reads as another one must not get that far.
    private static void CheckFileName(string name)
    {
        CheckText("files.name", name, MaxNameChars);
        var segments = name.Split('/');
        if (segments.Any(segment => segment is "" or "." or "..") || name.Contains('\\', StringComparison.Ordinal))
        {
            throw Invalid("files.name is not a relative path with segments joined by '/': '" + name + "'");
        }
    }

    private static void CheckUrl(string field, string value)
    {
        CheckText(field, value, MaxTextChars);
        if (value.Length > 0
            && !(Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw Invalid($"{field} is not an http or https address");
        }
    }

    private static void CheckText(string field, string value, int maxChars)
    {
        if (value.Length > maxChars)
        {
            throw Invalid($"{field} has more than {maxChars} characters");
        }

        foreach (var rune in value.EnumerateRunes())
        {
            // Format characters include those that reorder text on a screen (Unicode UAX #9).
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                throw Invalid($"{field} holds the control or format character U+{rune.Value:X4}");
            }
        }
    }

    private static T Declared<T>(T value, string field)
        where T : struct, Enum => Enum.IsDefined(value) ? value : throw Invalid($"{field} has an unknown value");

    private static SigningException Invalid(string detail) =>
        new(ErrorReason.InvalidRequest, "The signing request is not valid: " + detail + ".");
}
