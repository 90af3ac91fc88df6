using Signet.Testing.Tools;

namespace Signet.Testing.SoftHsm;

/// <summary>
/// A copy of the module that wraps SoftHSM and does what a script tells it (tests/assets/faulty-module), for one token.
/// A change of the script counts at the module's next call.
/// </summary>
public sealed class FaultyModule
{
    private const string Asset = "artifacts/faulty-module/faulty.so";

    private FaultyModule(string path) => Path = path;

    /// <summary>The copy.</summary>
    public string Path { get; }

    private string ScriptFile => Path + ".script";

    private string CallsFile => Path + ".calls";

    /// <summary>Puts a copy beside a token that uses the token's own store.</summary>
    /// <exception cref="FileNotFoundException">The module is not built.</exception>
    public static FaultyModule CopyTo(string directory, SoftHsmToken token)
    {
        var built = Repository.PathOf(Asset);
        if (!File.Exists(built))
        {
            throw new FileNotFoundException($"{built} is not built. Run: dotnet cake --target=Setup", built);
        }

        var module = new FaultyModule(System.IO.Path.Combine(directory, "faulty.so"));
        File.Copy(built, module.Path, overwrite: true);
        File.Copy(token.ConfigurationFile, module.Path + ".conf", overwrite: true);
        return module;
    }

    /// <summary>Tells the module what to do; the head of faulty.c has the words. Nothing: be healthy.</summary>
    public void Do(params string[] lines)
    {
        // By a rename, so that no call reads half of it.
        var next = ScriptFile + ".next";
        File.WriteAllLines(next, lines);
        File.Move(next, ScriptFile, overwrite: true);
    }

    /// <summary>Every call so far, by name, in order.</summary>
    public IReadOnlyList<string> Calls => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    /// <summary>How often a login was tried.</summary>
    public int Logins => Calls.Count(call => call == "C_Login");

    /// <summary>Forgets the calls so far.</summary>
    public void ForgetCalls() => File.Delete(CallsFile);
}
