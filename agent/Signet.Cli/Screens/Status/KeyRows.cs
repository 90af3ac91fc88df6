using Signet.Protocol.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Signet.Cli.Screens.Status;

/// <summary>The keys on the status screen.</summary>
internal static class KeyRows
{
    /// <summary>From so many days before its end on, a certificate is shown as one to be renewed.</summary>
    private const int RenewalDays = 30;

    /// <summary>A row a key.</summary>
    public static Table Of(AgentStatus status)
    {
        var table = Sheet.Columns(4);
        foreach (var key in status.Keys)
        {
            table.AddRow(
                Sheet.Cell(key.Name, Sheet.Strong),
                Sheet.Cell(StateWords.Of(key.Readiness), StateWords.StyleOf(key.Readiness)),
                Sheet.Cell(StateWords.Algorithm(key)),
                Sheet.Cells(Lines(key, status)));
        }

        return table;
    }

    private static IEnumerable<IRenderable> Lines(KeyStatus key, AgentStatus status)
    {
        if (key.Certificate is { } certificate)
        {
            yield return Sheet.Cell(certificate.Subject);
            var (text, style) = Validity(certificate, status.At.ToDateTime());
            yield return Sheet.Cell(text, style);
        }
        else
        {
            yield return Sheet.Cell("certificate not known yet", Sheet.Quiet);
        }

        yield return Sheet.Cell(StateWords.Protection(key), StateWords.StyleOf(key.Protection));
        foreach (var note in key.Notes)
        {
            yield return Sheet.Cell(note, Sheet.Attention);
        }

        if (key.Signatures > 0)
        {
            var last = key.LastSignatureAt is null ? string.Empty : $", the last {Words.Ago(key.LastSignatureAt, status.At)}";
            yield return Sheet.Cell($"{Words.Count(key.Signatures, "signature")} since the agent started{last}", Sheet.Quiet);
        }
    }

    private static (string Text, Style Style) Validity(CertificateStatus certificate, DateTime now)
    {
        var left = certificate.NotAfter.ToDateTime() - now;
        if (certificate.NotBefore.ToDateTime() > now)
        {
            return ($"not valid before {Words.Moment(certificate.NotBefore)}", Sheet.Bad);
        }

        if (left <= TimeSpan.Zero)
        {
            return ($"expired on {Words.Day(certificate.NotAfter)}: put a new certificate in place", Sheet.Bad);
        }

        return left.TotalDays < RenewalDays
            ? ($"expires {Words.Day(certificate.NotAfter)}, {Left(left)} left: renew it", Sheet.Attention)
            : ($"expires {Words.Day(certificate.NotAfter)}, {Left(left)} left", Sheet.Quiet);
    }

    private static string Left(TimeSpan left) => left.TotalDays >= 1 ? Words.Count((long)left.TotalDays, "day") : Words.Span(left);
}
