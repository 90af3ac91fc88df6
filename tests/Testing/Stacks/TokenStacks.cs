namespace Signet.Testing.Stacks;

/// <summary>Every stack that the tests have. Some start daemons, so a stack is started for one test at a time.</summary>
public static class TokenStacks
{
    /// <summary>Stacks that want a PIN.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<ITokenSetup>>> WithPin { get; } =
        new Dictionary<string, Func<CancellationToken, Task<ITokenSetup>>>(StringComparer.Ordinal)
        {
            ["softhsm"] = async cancellationToken => await SoftHsmSetup.StartAsync(cancellationToken),
            ["opencryptoki"] = async cancellationToken => await OpencryptokiSetup.StartAsync(cancellationToken),
            ["spy"] = async cancellationToken => await SpySetup.StartAsync(cancellationToken),
            ["p11-kit"] = async cancellationToken => await P11KitSetup.StartAsync(cancellationToken),
            ["nss"] = async cancellationToken => await NssSetup.StartAsync(withPassword: true, cancellationToken),
            ["tpm"] = async cancellationToken => await TpmSetup.StartAsync(withPin: true, cancellationToken),
            ["openpgp-card"] = async cancellationToken => await CardSetup.StartOpenPgpAsync(cancellationToken),
            ["gids-card"] = async cancellationToken => await CardSetup.StartGidsAsync(cancellationToken),
        };

    /// <summary>Stacks that need none.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<ITokenSetup>>> WithoutPin { get; } =
        new Dictionary<string, Func<CancellationToken, Task<ITokenSetup>>>(StringComparer.Ordinal)
        {
            ["nss-open"] = async cancellationToken => await NssSetup.StartAsync(withPassword: false, cancellationToken),
            ["tpm-open"] = async cancellationToken => await TpmSetup.StartAsync(withPin: false, cancellationToken),
            ["piv-open"] = async cancellationToken => await CardSetup.StartPivWithoutPinAsync(cancellationToken),
        };
}
