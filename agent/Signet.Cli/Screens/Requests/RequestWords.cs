using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Requests;

/// <summary>The states of requests in words.</summary>
internal static class RequestWords
{
    /// <summary>Each state by its word; case does not count.</summary>
    public static IReadOnlyDictionary<string, RequestState> States { get; } = Enum.GetValues<RequestState>()
        .Where(state => state != RequestState.Unspecified)
        .ToDictionary(Of, StringComparer.OrdinalIgnoreCase);

    /// <summary>State of a request.</summary>
    public static string Of(RequestState state) => state switch
    {
        RequestState.Pending => "pending",
        RequestState.Approved => "approved",
        RequestState.Completed => "completed",
        RequestState.Denied => "denied",
        RequestState.Expired => "expired",
        RequestState.Cancelled => "cancelled",
        RequestState.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>Style of a request's state.</summary>
    public static Style StyleOf(RequestState state) => state switch
    {
        RequestState.Completed => Sheet.Good,
        RequestState.Pending or RequestState.Approved => Sheet.Attention,
        RequestState.Denied or RequestState.Failed => Sheet.Bad,
        _ => Sheet.Quiet,
    };
}
