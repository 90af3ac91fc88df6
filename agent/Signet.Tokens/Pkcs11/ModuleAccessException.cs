namespace Signet.Tokens.Pkcs11;

/// <summary>A module's file is not there, or this account may not read it. The message names path and right, for operators.</summary>
internal sealed class ModuleAccessException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Returns where the file can be read; the loader alone would say less.</summary>
    /// <param name="path">Absolute path of the module.</param>
    /// <exception cref="ModuleAccessException">It cannot.</exception>
    public static void Demand(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
        }
        catch (UnauthorizedAccessException exception) when (!Directory.Exists(path))
        {
            throw new ModuleAccessException(
                $"Account '{Environment.UserName}' may not read the PKCS#11 module {path}. It needs the right to read the file, and to "
                + "enter (x) every directory above it.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModuleAccessException($"{path} is a directory and no PKCS#11 module.", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModuleAccessException(
                $"Account '{Environment.UserName}' finds no PKCS#11 module at {path}. Install the token's driver, correct 'module' in the "
                + "configuration, or let the account enter (x) the directories above it.", exception);
        }
        catch (IOException exception)
        {
            throw new ModuleAccessException($"The PKCS#11 module {path} cannot be read: {exception.Message}", exception);
        }
    }
}
