using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Requests;

/// <summary>The screens of <c>signet requests</c>.</summary>
internal static class RequestScreen
{
    /// <summary>Draws several requests, a line each.</summary>
    public static void DrawList(IAnsiConsole console, IEnumerable<RequestDetail> requests, DateTimeOffset now)
    {
        var table = Sheet.Columns(6);
        var time = Timestamp.FromDateTimeOffset(now);
        foreach (var detail in requests)
        {
            var request = detail.Request;
            table.AddRow(
                Sheet.Cell(request.RequestId),
                Sheet.Cell(RequestWords.Of(request.State), RequestWords.StyleOf(request.State)),
                Sheet.Cell(request.Profile),
                Sheet.Cell($"{request.Files.Count(file => file.SignedAt is not null)}/{request.Files.Count} signed"),
                Sheet.Cell(Words.Ago(request.CreatedAt, time), Sheet.Quiet),
                Sheet.Cell(BuildOf(detail)));
        }

        console.Write(table);
    }

    /// <summary>Draws one request with its files.</summary>
    public static void Draw(IAnsiConsole console, RequestDetail detail, DateTimeOffset now)
    {
        var request = detail.Request;
        console.Write(Sheet.Cell(RequestWords.Of(request.State).ToUpperInvariant(), RequestWords.StyleOf(request.State)));
        console.Write(Sheet.Cell($"   request {request.RequestId}, made {Words.Ago(request.CreatedAt, Timestamp.FromDateTimeOffset(now))}"));
        console.WriteLine();
        if (request.EndedDetail.Length > 0)
        {
            console.Write(Sheet.Cell("  " + request.EndedDetail));
            console.WriteLine();
        }

        console.Section("Build", BuildRows(detail));
        console.Section("Request", RequestRows(detail));
        console.Section("Files", FileRows(request));
        console.Section("Signed before under these names", PreviousRows(detail));
        console.Section("Approvals", ApprovalRows(request));
    }

    /// <summary>What a decision led to, on one line.</summary>
    public static string Outcome(RequestDetail detail) =>
        Words.Safe($"Request {detail.Request.RequestId} is {RequestWords.Of(detail.Request.State)}"
            + (detail.Request.ApprovalsRequired > 0
                ? $", with {detail.Request.Approvals.Count} of {Words.Count(detail.Request.ApprovalsRequired, "approval")}."
                : "."));

    private static string BuildOf(RequestDetail detail) => $"{detail.Build?.JobFullName} #{detail.Build?.Number}";

    private static Table BuildRows(RequestDetail detail)
    {
        var table = Sheet.Columns(2);
        var build = detail.Build ?? new Build();
        table.AddFact("job", BuildOf(detail));
        table.AddFact("address", build.Url);
        table.AddFact("started by", build.HasStartedBy ? build.StartedBy : string.Empty);
        table.AddFact("causes", string.Join("; ", build.Causes));
        table.AddFact("node", build.Node);
        table.AddFact("sources", build.Scm is null ? string.Empty : $"{build.Scm.Url} {build.Scm.Branch} {build.Scm.Commit}".Trim());
        table.AddFact("definition", build.HasDefinitionSha256 ? "sha256:" + Convert.ToHexStringLower(build.DefinitionSha256.Span) : string.Empty);
        table.AddFact("controller", detail.Controller);
        table.AddFact("credential", detail.Credential);
        return table;
    }

    private static Table RequestRows(RequestDetail detail)
    {
        var table = Sheet.Columns(2);
        var request = detail.Request;
        table.AddFact("profile", request.Profile);
        table.AddFact("made", Words.Moment(request.CreatedAt));
        table.AddFact("ends", request.ExpiresAt is null ? string.Empty : Words.Moment(request.ExpiresAt));
        table.AddFact("approvals", request.ApprovalsRequired == 0
            ? "none needed"
            : $"{request.Approvals.Count} of {request.ApprovalsRequired}");
        table.AddFact("format", detail.Options?.Format ?? string.Empty);
        table.AddFact("description", detail.Options?.Description ?? string.Empty);
        table.AddFact("description URL", detail.Options?.DescriptionUrl ?? string.Empty);
        if (detail.Options?.PageHashes == true)
        {
            table.AddFact("page hashes", "in signatures of PE files");
        }

        table.AddFact("manifest", Convert.ToHexStringLower(request.ManifestSha256.Span));
        return table;
    }

    private static Table FileRows(SigningRequest request)
    {
        var table = Sheet.Columns(3);
        foreach (var file in request.Files)
        {
            table.AddRow(
                Sheet.Cell(Convert.ToHexStringLower(file.File.Sha256.Span), Sheet.Quiet),
                Sheet.Cell(Words.Size(file.File.SizeBytes)),
                Sheet.Cell(file.SignedAt is null
                    ? file.File.Name
                    : $"{file.File.Name}   signed {Words.Moment(file.SignedAt)}"));
        }

        return table;
    }

    private static Table PreviousRows(RequestDetail detail)
    {
        var table = Sheet.Columns(3);
        foreach (var previous in detail.Previous)
        {
            var now = detail.Request.Files.FirstOrDefault(file => file.File.Name == previous.Name)?.File;
            var change = now is null || now.Sha256.Equals(previous.Sha256) ? "the same bytes" : Growth(now.SizeBytes - previous.SizeBytes);
            var source = previous.ScmCommit.Length > 0 ? ", commit " + previous.ScmCommit : string.Empty;
            table.AddRow(
                Sheet.Cell(Convert.ToHexStringLower(previous.Sha256.Span), Sheet.Quiet),
                Sheet.Cell(Words.Size(previous.SizeBytes)),
                Sheet.Cell($"{previous.Name}   build #{previous.BuildNumber}{source}, {Words.Moment(previous.SignedAt)}; now: {change}"));
        }

        return table;
    }

    private static string Growth(long bytes) => bytes switch
    {
        0 => "other bytes, the same size",
        > 0 => $"other bytes, {Words.Size(bytes)} more",
        _ => $"other bytes, {Words.Size(-bytes)} less",
    };

    private static Table ApprovalRows(SigningRequest request)
    {
        var table = Sheet.Columns(2);
        foreach (var approval in request.Approvals)
        {
            table.AddFact(approval.Operator, Words.Moment(approval.At));
        }

        return table;
    }
}
