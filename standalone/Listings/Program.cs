using Listings;
using Mono.Cecil;

if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("usage: Listings FOLDER_OF_LISTINGS OUTPUT_FOLDER [TORCHSHARP_VERSION]");
    return 2;
}

string from = args[0], to = args[1], torchSharp = "TorchSharp-" + (args.Length > 2 ? args[2] : "0.102.7");
string[] listings = [.. Directory.GetFiles(from, "*.txt")
    .Where(f => !Path.GetFileName(f).StartsWith("TorchSharp-", StringComparison.Ordinal) || Path.GetFileNameWithoutExtension(f) == torchSharp)
    .Order(StringComparer.Ordinal)];
if (!listings.Any(f => Path.GetFileNameWithoutExtension(f) == torchSharp))
{
    Console.Error.WriteLine($"{from} has no listing {torchSharp}.txt.");
    return 1;
}

using var framework = new FrameworkTypes();
var emitter = new AssemblyEmitter(framework);
foreach (string listing in listings)
    emitter.Declare(Path.GetFileNameWithoutExtension(listing).Split('-')[0], ListingReader.Read(listing));
emitter.Define();
Directory.CreateDirectory(to);
foreach (AssemblyDefinition assembly in emitter.Assemblies)
    assembly.Write(Path.Combine(to, assembly.Name.Name + ".dll"));
foreach (string left in emitter.LeftOut)
    Console.WriteLine($"left out, for it mentions a type of no listing: {left}");
Console.WriteLine($"{emitter.Assemblies.Count} reference assemblies in {Path.GetFullPath(to)}");
return 0;
