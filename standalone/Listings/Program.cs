using Listings;

if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("usage: Listings FOLDER_OF_LISTINGS OUTPUT_FOLDER [TORCHSHARP_VERSION]");
    return 2;
}

try
{
    foreach (string left in ReferenceAssemblies.Write(args[0], args[1], args.Length > 2 ? args[2] : ReferenceAssemblies.DefaultTorchSharp))
        Console.WriteLine($"left out, for it mentions a type of no listing: {left}");
}
catch (Exception fault) when (fault is IOException or FormatException)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}

Console.WriteLine($"reference assemblies written to {Path.GetFullPath(args[1])}");
return 0;
