namespace Signet.Testing.Cards;

/// <summary>Holds what there is once on a machine, such as a daemon with a fixed socket, while other test runs wait for it.</summary>
internal sealed class MachineLock : IDisposable
{
    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    /// <summary>Waits for the thing of a name. The system releases it when this process ends.</summary>
    public static async Task<MachineLock> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"signet-test-{name}.lock");
        while (true)
        {
            try
            {
                return new MachineLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Another run has it (.NET locks the file by flock(2)).
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    /// <summary>Releases it.</summary>
    public void Dispose() => _file.Dispose();
}
