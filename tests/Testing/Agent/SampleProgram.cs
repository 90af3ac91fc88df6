using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>The Windows program of tests/Sample: real PE files that are not signed yet.</summary>
public static class SampleProgram
{
    /// <summary>A native .exe.</summary>
    public static string Executable => Repository.Built("tests/Sample", "hello.exe");

    /// <summary>A .NET assembly.</summary>
    public static string Library => Repository.Built("tests/Sample", "hello.dll");
}
