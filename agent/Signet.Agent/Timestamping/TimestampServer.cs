using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>One timestamp server and how it did last. A server that failed is asked after the others for a while.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TimestampServer(Uri uri, TimeProvider time)
{
    private static readonly TimeSpan Shunned = TimeSpan.FromSeconds(60);

    private volatile Outcome? _last;

    /// <summary>Its address.</summary>
    public Uri Uri => uri;

    /// <summary>Whether it failed a short time ago.</summary>
    public bool IsShunned => _last is { Error: not null } last && time.GetUtcNow() - last.At < Shunned;

    /// <summary>It stamped.</summary>
    public void Succeeded() => _last = new Outcome(time.GetUtcNow(), Error: null);

    /// <summary>It failed.</summary>
    public void Failed(string error) => _last = new Outcome(time.GetUtcNow(), error);

    /// <summary>For the status screen.</summary>
    public TimestampServerStatus ToStatus(string groupName)
    {
        var status = new TimestampServerStatus { Name = groupName, Url = uri.AbsoluteUri };
        if (_last is { } last)
        {
            status.LastAskedAt = last.At.ToTimestamp();
            status.LastSucceeded = last.Error is null;
            status.LastError = last.Error ?? string.Empty;
        }

        return status;
    }

    private sealed record Outcome(DateTimeOffset At, string? Error);
}
