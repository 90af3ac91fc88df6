namespace Signet.Agent.Configuration;

/// <summary>
/// The configuration in use. A reload puts a new one in its place as a whole, or leaves everything as it was. Readers take
/// <see cref="Current"/> once for each call that they serve, so that a call never sees two configurations.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ConfigurationHolder
{
    private readonly Lock _reloading = new();
    private readonly ConfigurationLoader _loader;
    private readonly TimeProvider _time;
    private readonly SignetConfiguration _startedWith;
    private volatile LoadedConfiguration _loaded;

    /// <summary>Holds a configuration.</summary>
    /// <param name="path">Path of the file that a reload reads.</param>
    /// <param name="initial">What was read from it at the start.</param>
    /// <param name="loader">Reads it again.</param>
    /// <param name="time">The clock.</param>
    public ConfigurationHolder(string path, SignetConfiguration initial, ConfigurationLoader loader, TimeProvider time)
    {
        Path = System.IO.Path.GetFullPath(path);
        _loader = loader;
        _time = time;
        _startedWith = initial;
        _loaded = new LoadedConfiguration(initial, time.GetUtcNow());
    }

    /// <summary>
    /// Raised after another configuration came into use, on the thread that reloaded, before <see cref="Reload()"/>
    /// returns. A reload of the same bytes raises it too: the files that they name may have changed.
    /// </summary>
    public event EventHandler<ConfigurationChangedEventArgs>? Changed;

    /// <summary>Absolute path of the file.</summary>
    public string Path { get; }

    /// <summary>The configuration in use.</summary>
    public SignetConfiguration Current => _loaded.Configuration;

    /// <summary>When it came into use.</summary>
    public DateTimeOffset LoadedAt => _loaded.At;

    /// <summary>Reads the file and says what is wrong with it; changes nothing.</summary>
    public ConfigurationResult Check() => _loader.Load(Path);

    /// <summary>Reads the file and takes it into use, unless anything is wrong with it.</summary>
    public ConfigurationReload Reload()
    {
        lock (_reloading)
        {
            return Use(Check());
        }
    }

    /// <summary>
    /// Takes a checked file into use, for a caller that records it in the ledger in between and leaves it where that fails.
    /// </summary>
    public ConfigurationReload Use(ConfigurationResult result)
    {
        lock (_reloading)
        {
            if (!result.IsValid)
            {
                return new ConfigurationReload(result, []);
            }

            var previous = Current;
            _loaded = new LoadedConfiguration(result.Configuration, _time.GetUtcNow());
            Changed?.Invoke(this, new ConfigurationChangedEventArgs(previous, result.Configuration));
            return new ConfigurationReload(result, FindRestartNeeds(_startedWith, result.Configuration));
        }
    }

    /// <summary>
    /// The parts that are read at the start alone: the sockets, the directories and the processes that hold tokens.
    /// </summary>
    private static List<string> FindRestartNeeds(SignetConfiguration old, SignetConfiguration current)
    {
        var needs = new List<string>();
        AddUnless(old.Listen == current.Listen, "listen");
        AddUnless(old.Directories == current.Directories, "directories");
        AddUnless(old.OperatorsGroup == current.OperatorsGroup, "operatorsGroup");
        AddUnless(Same(old.Tokens, current.Tokens, token => token.Name), "tokens");
        AddUnless(Same(PfxKeys(old), PfxKeys(current), key => key.Name), "keys with pfx");
        return needs;

        void AddUnless(bool same, string part)
        {
            if (!same)
            {
                needs.Add(part);
            }
        }
    }

    private static IEnumerable<(string Name, string? Pfx)> PfxKeys(SignetConfiguration configuration) =>
        configuration.Keys.Where(key => key.Pfx is not null).Select(key => (key.Name, key.Pfx));

    /// <summary>The order of the entries has no meaning.</summary>
    private static bool Same<T>(IEnumerable<T> old, IEnumerable<T> current, Func<T, string> name) =>
        old.OrderBy(name, StringComparer.Ordinal).SequenceEqual(current.OrderBy(name, StringComparer.Ordinal));

    private sealed record LoadedConfiguration(SignetConfiguration Configuration, DateTimeOffset At);
}
