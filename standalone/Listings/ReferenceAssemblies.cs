using Mono.Cecil;

namespace Listings;

/// <summary>Reference assemblies made from a folder of listings.</summary>
public static class ReferenceAssemblies
{
    /// <summary>The version that the stand-in keeps to.</summary>
    public const string DefaultTorchSharp = "0.102.7";

    /// <summary>Writes one assembly a listing; of TorchSharp's listings only the one of <paramref name="torchSharp"/>.</summary>
    /// <returns>The members that were left out, because they mention a type of no listing.</returns>
    /// <exception cref="FileNotFoundException">There is no listing of that TorchSharp.</exception>
    /// <exception cref="FormatException">A line of a listing cannot be read; the message names both.</exception>
    public static IReadOnlyList<string> Write(string listings, string output, string torchSharp = DefaultTorchSharp)
    {
        string chosen = Path.Combine(listings, $"TorchSharp-{torchSharp}.txt");
        if (!File.Exists(chosen))
            throw new FileNotFoundException($"There is no listing {chosen}.", chosen);
        IEnumerable<string> files = Directory.GetFiles(listings, "*.txt")
            .Where(f => !Path.GetFileName(f).StartsWith("TorchSharp-", StringComparison.Ordinal))
            .Append(chosen).Order(StringComparer.Ordinal);

        using var framework = new FrameworkTypes();
        var emitter = new AssemblyEmitter(framework);
        foreach (string file in files)
            emitter.Declare(Path.GetFileNameWithoutExtension(file).Split('-')[0], ListingReader.Read(file));
        emitter.Define();
        Directory.CreateDirectory(output);
        foreach (AssemblyDefinition assembly in emitter.Assemblies)
            assembly.Write(Path.Combine(output, assembly.Name.Name + ".dll"));
        return emitter.LeftOut;
    }
}
