using Signet.Formats;
using Signet.Formats.Containers;
using Signet.Fuzz;

namespace Signet.LargeFiles;

/// <summary>Signs and verifies as the agent does it: streams alone, edits in memory, and the result read through them.</summary>
internal sealed class Signing(ISignatureFormat format, IdleSigner signer)
{
    private static readonly SigningChoices Choices = new()
    {
        ExistingSignature = ExistingSignatureRule.Replace,
        Description = "large",
    };

    /// <summary>Whether a file was read without a refusal, so that the key is asked next.</summary>
    public bool ReachedKey { get; private set; }

    /// <summary>The edits that sign a file.</summary>
    /// <exception cref="SignatureFormatException">It cannot be signed.</exception>
    public async Task<IReadOnlyList<Edit>> SignAsync(Stream content, CancellationToken cancellationToken)
    {
        ReachedKey = false;
        if (format is IContainerFormat { IsSignedItself: false } container)
        {
            return await SignInsideAsync(container, content, cancellationToken);
        }

        var prepared = await format.PrepareAsync(content, Choices, cancellationToken);

        ReachedKey = true;

        // An APK has no place for a timestamp, and says so where one comes.
        var timestamper = format.CarriesTimestamps && format.Name != "apk" ? signer.Timestamper : null;
        return await prepared.SignAsync(signer.AtWork, timestamper, cancellationToken);
    }

    /// <summary>Verifies the signed file; a signature that is a file of its own, together with its content.</summary>
    /// <returns>What is wrong; empty where it holds.</returns>
    public async Task<IReadOnlyList<string>> VerifyAsync(Stream content, Stream signed, CancellationToken cancellationToken)
    {
        if (format is IContainerFormat { IsSignedItself: false } container)
        {
            var inside = await container.OpenAsync(signed, cancellationToken);
            using var program = new MemoryStream();
            await inside.Open(inside.Entries[0]).CopyToAsync(program, cancellationToken);
            await format.VerifyAsync(signed, signer.Trust(buildChains: true), cancellationToken);
            return await new Signing(Inner, signer).VerifyAsync(program, program, cancellationToken);
        }

        var report = format is IDetachedFormat detached
            ? await detached.VerifyDetachedAsync(content, signed, signer.Trust(buildChains: true), cancellationToken)
            : await format.VerifyAsync(signed, signer.Trust(buildChains: true), cancellationToken);
        return report.Signatures.Count == 1
            ? report.Signatures[0].Problems
            : [$"It has {report.Signatures.Count} signatures."];
    }

    private static ISignatureFormat Inner => FormatCatalog.Default.FindByFormatName("pe")!;

    // The first file is a program that is signed; what is large stays as it is.
    private async Task<IReadOnlyList<Edit>> SignInsideAsync(
        IContainerFormat containers, Stream content, CancellationToken cancellationToken)
    {
        var container = await containers.OpenAsync(content, cancellationToken);
        using var program = new MemoryStream();
        await container.Open(container.Entries[0]).CopyToAsync(program, cancellationToken);
        program.Position = 0;
        var edits = await new Signing(Inner, signer).SignAsync(program, cancellationToken);
        await container.ReplaceAsync(container.Entries[0], new EditedStream(program, edits), cancellationToken);
        return await container.ToEditsAsync(cancellationToken);
    }
}
