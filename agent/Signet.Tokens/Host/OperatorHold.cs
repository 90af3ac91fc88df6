using System.Globalization;
using System.Text.Json;

namespace Signet.Tokens.Host;

/// <summary>
/// That operators locked a token which needs no PIN, and would be ready again by itself. It is a file, so that neither a crash
/// nor a restart undoes a lock. What cannot be read counts as locked.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
/// <param name="file">Absolute path of the file; empty for a token that is never ready by itself.</param>
/// <param name="time">Clock.</param>
internal sealed class OperatorHold(string file, TimeProvider time)
{
    // Counts where the file cannot be written.
    private string? _holder;

    /// <summary>Who holds the token locked, for a person; null where nobody does.</summary>
    public string? Holder
    {
        get
        {
            if (_holder is not null || file.Length == 0)
            {
                return _holder;
            }

            try
            {
                return JsonSerializer.Deserialize<Held>(File.ReadAllBytes(file)) is { } held ? Describe(held) : Unreadable();
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                return Unreadable();
            }
        }
    }

    /// <summary>An operator locks the token. It is held in this process whatever becomes of the file.</summary>
    /// <exception cref="IOException">It is not on disk.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not on disk.</exception>
    public void Hold(string account)
    {
        var held = new Held(account, time.GetUtcNow());
        _holder = Describe(held);
        DurableFile.Write(file, stream => JsonSerializer.Serialize(stream, held));
        _holder = null;
    }

    /// <summary>An operator unlocks the token.</summary>
    /// <exception cref="IOException">The file is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is there still.</exception>
    public void Release()
    {
        if (file.Length > 0)
        {
            DurableFile.Delete(file);
        }

        _holder = null;
    }

    private static string Describe(Held held) =>
        string.Create(CultureInfo.InvariantCulture, $"{held.Account} locked it on {held.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");

    private static string Unreadable() => "Whether operators locked it cannot be read from the state directory, so it stays locked.";

    private sealed record Held(string Account, DateTimeOffset At);
}
