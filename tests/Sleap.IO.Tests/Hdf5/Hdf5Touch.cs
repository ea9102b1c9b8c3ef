namespace Sleap.IO.Tests;

/// <summary>Asks for everything in an HDF5 file.</summary>
internal static class Hdf5Touch
{
    private const int MaxObjects = 200;

    /// <summary>
    /// Reads all objects and attributes, and returns what was refused by name; a refusal of one does not keep the others
    /// from being read.
    /// </summary>
    public static Dictionary<string, PoseFormatException> All(string path)
    {
        using var file = Hdf5Reader.Open(path);
        var refused = new Dictionary<string, PoseFormatException>();
        var left = new Queue<string>(["/"]);
        for (var i = 0; i < MaxObjects && left.TryDequeue(out var name); i++)
        {
            void Try(Action action)
            {
                try
                {
                    action();
                }
                catch (PoseFormatException fault)
                {
                    refused.TryAdd(name, fault);
                }
            }

            Try(() => file.ReadRawAttributes(name));
            Try(() => file.ReadTextAttribute(name, "text"));
            Try(() =>
            {
                if (file.IsDataset(name))
                {
                    Read(file, name);
                    return;
                }
                foreach (var member in file.Members(name).Concat(file.Links(name).Keys))
                    left.Enqueue($"{name.TrimEnd('/')}/{member}");
            });
        }
        return refused;
    }

    private static void Read(Hdf5Reader file, string name)
    {
        var raw = file.ReadRaw(name);
        if (raw.Type.IsNumber)
            file.ReadNumbers<double>(name);
        if (raw.Type.Kind == Hdf5Type.Kinds.Text || raw.Type.IsText)
            file.ReadTexts(name);
        if (raw.Sizes is [> 0, ..] && (raw.Type.Size == 1 || raw.Type.Kind == Hdf5Type.Kinds.Variable))
            file.ReadByteRow(name, 0);
    }
}
