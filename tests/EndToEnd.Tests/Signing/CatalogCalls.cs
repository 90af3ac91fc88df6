using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>What tests of catalogs over the files of a request do.</summary>
internal static class CatalogCalls
{
    /// <summary>Opens a request for a catalog over files; an empty name for no catalog.</summary>
    public static Task<SigningRequest> OpenAsync(
        ControllerClient caller, string catalog, (string Name, byte[] Content)[] files, CancellationToken cancellationToken)
    {
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, files);
        request.Options.Catalog = catalog;
        return caller.CreateRequestAsync(request, cancellationToken);
    }

    /// <summary>Hands in a file, or asks for the catalog without content.</summary>
    public static Task<SignedUpload> SignAsync(
        ControllerClient caller, SigningRequest request, (string Name, byte[] Content) file, CancellationToken cancellationToken) =>
        caller.SignFileAsync(request.RequestId, file.Name, new MemoryStream(file.Content), cancellationToken);

    /// <summary>Has osslsigncode find every file in the catalog by its digest. It takes no text file.</summary>
    public static async Task AssertCoveredAsync(
        AgentEnvironment node, byte[] content, (string Name, byte[] Content)[] files, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var catalog = directory.File("release.cat");
        await File.WriteAllBytesAsync(catalog, content, cancellationToken);
        foreach (var (name, bytes) in files.Where(file => !file.Name.EndsWith(".txt", StringComparison.Ordinal)))
        {
            var file = directory.File(Path.GetFileName(name));
            await File.WriteAllBytesAsync(file, bytes, cancellationToken);
            var judged = await Osslsigncode.VerifyInCatalogAsync(
                file, catalog, node.Files.SigningRoot, node.Files.TimestampRoots, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, name + judged.All);
        }
    }
}
