using Signet.Formats.Jar;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Jar;

/// <summary>What tests of JAR signatures need.</summary>
internal sealed class JarBench : FormatBench
{
    private static readonly JarFormat Format = new();
    private readonly Jarsigner _judge;

    private JarBench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
        : base(directory, timestamps) =>
        _judge = Jarsigner.CreateAsync(directory, CancellationToken.None, SigningRoots, TimestampRoots).GetAwaiter().GetResult();

    public static async Task<JarBench> CreateAsync()
    {
        var (directory, timestamps) = await StartPartsAsync();
        return new JarBench(directory, timestamps);
    }

    /// <summary>A JAR with what JARs have: directories, resources, services, versions, an index, names that wrap.</summary>
    public static (string Name, byte[] Content)[] Sample(string? manifest = "Manifest-Version: 1.0\r\nMain-Class: a.Main\r\n\r\n") =>
    [
        .. manifest is null ? (IEnumerable<(string, byte[])>)[] : [("META-INF/", []), ("META-INF/MANIFEST.MF", Bytes(manifest))],
        ("META-INF/INDEX.LIST", Bytes("JarIndex-Version: 1.0\n\nsample.jar\na\n")),
        ("META-INF/services/a.Service", Bytes("a.Main\n")),
        ("META-INF/versions/9/a/Main.class", Bytes("version 9")),
        ("META-INF/maven/SIG-NOT.SF/pom.xml", Bytes("<project/>")),
        ("a/", []),
        ("a/Main.class", Bytes("class")),
        ("a/" + new string('x', 80) + "/" + new string('y', 90) + ".class", Bytes("long name")),
        ("a/grüße-" + string.Concat(Enumerable.Repeat("日本", 30)) + ".txt", Bytes("unicode")),
        ("empty", []),
    ];

    public static Task<byte[]> SignAsync(
        byte[] jar, ISigner signer, ITimestamper? timestamper, SigningChoices choices, CancellationToken cancellationToken) =>
        SignAsync(Format, jar, signer, timestamper, choices, cancellationToken);

    public Task<VerificationReport> VerifyAsync(byte[] jar, CancellationToken cancellationToken) =>
        VerifyAsync(Format, jar, cancellationToken);

    public async Task<ProgramResult> JudgeAsync(byte[] jar, CancellationToken cancellationToken) =>
        await _judge.VerifyAsync(await WriteAsync(jar, ".jar", cancellationToken), cancellationToken);

    /// <summary>Has jarsigner sign.</summary>
    public async Task<byte[]> SignWithJarsignerAsync(
        byte[] jar, Signers.InMemorySigner signer, string alias, CancellationToken cancellationToken, params string[] more)
    {
        var file = await WriteAsync(jar, ".jar", cancellationToken);
        await Jarsigner.SignAsync(Directory, file, signer.ChainPem, signer.KeyPem, alias, cancellationToken, more);
        return await File.ReadAllBytesAsync(file, cancellationToken);
    }

    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
