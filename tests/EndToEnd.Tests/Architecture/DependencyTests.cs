using System.Reflection;
using NetArchTest.Rules;

namespace Signet.EndToEnd.Tests.Architecture;

/// <summary>Who may know whom (docs/architecture.md).</summary>
public sealed class DependencyTests
{
    private static IEnumerable<TestCaseData> Permissions =>
    [
        new TestCaseData("Signet.Protocol", Array.Empty<string>()),
        new TestCaseData("Signet.Formats", Array.Empty<string>()),
        new TestCaseData("Signet.Tokens", new[] { "Signet.Protocol" }),
        new TestCaseData("Signet.Agent", new[] { "Signet.Formats", "Signet.Protocol", "Signet.Tokens" }),
        new TestCaseData("signet", new[] { "Signet.Agent", "Signet.Formats", "Signet.Protocol", "Signet.Tokens" }),
    ];

    [TestCaseSource(nameof(Permissions))]
    public void Project_WhenBuilt_KnowsOnlyWhatItMay(string assembly, string[] permitted) =>
        Assert.That(
            AgentAssemblies.References(Assembly.Load(assembly)).Where(IsOurs), Is.SubsetOf(permitted));

    /// <remarks>
    /// Streams in, digest out, edits out: no network, no key, no configuration, no logging. BouncyCastle reads OpenPGP and
    /// streams CMS, and NuGet.Packaging verifies NuGet packages, which the runtime does not.
    /// </remarks>
    [Test]
    public void Formats_WhenBuilt_RefersToThePlainRuntimeOnly() =>
        Assert.That(
            AgentAssemblies.References(AgentAssemblies.Formats)
                .Where(name => name is not ("BouncyCastle.Cryptography" or "NuGet.Packaging"))
                .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)
                    || name.StartsWith("System.Net", StringComparison.Ordinal)),
            Is.Empty);

    /// <remarks>The process that listens on the network must not be able to load a PKCS#11 module by itself.</remarks>
    [Test]
    public void Pkcs11_WhenUsed_IsUsedByTokensOnly() =>
        Assert.That(
            AgentAssemblies.All.Where(assembly => AgentAssemblies.References(assembly).Contains("Pkcs11Interop"))
                .Select(assembly => assembly.GetName().Name),
            Is.EquivalentTo(new[] { "Signet.Tokens" }));

    [TestCase("Signet.Agent.Access")]
    [TestCase("Signet.Agent.Configuration")]
    [TestCase("Signet.Agent.Ledger")]
    [TestCase("Signet.Agent.Storage")]
    [TestCase("Signet.Agent.Timestamping")]
    public void Rules_WhenDecided_KnowNoServer(string folder)
    {
        var result = Types.InAssembly(AgentAssemblies.Agent)
            .That().ResideInNamespaceStartingWith(folder)
            .ShouldNot().HaveDependencyOnAny(
                "Signet.Agent.Services", "Signet.Agent.Hosting", "Microsoft.AspNetCore", "Grpc.AspNetCore", "NLog")
            .GetResult();

        Assert.That(result.FailingTypeNames ?? [], Is.Empty);
    }

    private static bool IsOurs(string name) =>
        name == "signet" || name.StartsWith("Signet.", StringComparison.Ordinal);
}
