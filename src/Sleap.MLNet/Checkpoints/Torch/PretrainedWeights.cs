using System.Security.Cryptography;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Loads weights that torchvision published for ImageNet, as initial weights of an encoder.</summary>
/// <remarks>
/// They expect pixels normalized by ImageNet's mean and standard deviation. The normalization is merged into the first
/// convolution, so that images stay 0 to 1 and a trained network needs no special treatment. For gray images the
/// weights of the three colors are added, which is equivalent to three equal channels.
/// </remarks>
internal static class PretrainedWeights
{
    /// <summary>Value of <see cref="StagedBackboneOptions.PretrainedWeights"/> for torchvision's own weights.</summary>
    public const string ImageNet = "ImageNet";

    // The largest file of torchvision has 755 MB.
    private const long MaxBytes = 1L << 30;
    private const string HashEnding = ".sha256";
    private const string Address = "https://download.pytorch.org/models/";
    private const string FirstWeight = "features.0.0.weight",
        FirstBias = "features.0.0.bias";
    private static readonly double[] Mean = [0.485, 0.456, 0.406],
        Deviation = [0.229, 0.224, 0.225];

    /// <summary>
    /// Returns torchvision's file for an architecture; null if there is none. The eight digits in its name are the
    /// start of its SHA-256.
    /// </summary>
    public static string? FileOf(StagedBackboneOptions options) =>
        options switch
        {
            ConvNeXtOptions { Architecture: var a }
                when Same(a.Depths, ConvNeXtArchitecture.Tiny.Depths)
                    && Same(a.Channels, ConvNeXtArchitecture.Tiny.Channels) => "convnext_tiny-983f1562.pth",
            ConvNeXtOptions { Architecture: var a }
                when Same(a.Depths, ConvNeXtArchitecture.Small.Depths)
                    && Same(a.Channels, ConvNeXtArchitecture.Small.Channels) => "convnext_small-0c510722.pth",
            ConvNeXtOptions { Architecture: var a }
                when Same(a.Depths, ConvNeXtArchitecture.Base.Depths)
                    && Same(a.Channels, ConvNeXtArchitecture.Base.Channels) => "convnext_base-6075fbad.pth",
            ConvNeXtOptions { Architecture: var a }
                when Same(a.Depths, ConvNeXtArchitecture.Large.Depths)
                    && Same(a.Channels, ConvNeXtArchitecture.Large.Channels) => "convnext_large-ea097f82.pth",
            SwinTOptions { Architecture: var a }
                when a.EmbeddingDimensions == 96
                    && Same(a.Depths, SwinArchitecture.Tiny.Depths)
                    && Same(a.Heads, SwinArchitecture.Tiny.Heads) => "swin_t-704ceda3.pth",
            SwinTOptions { Architecture: var a }
                when a.EmbeddingDimensions == 96
                    && Same(a.Depths, SwinArchitecture.Small.Depths)
                    && Same(a.Heads, SwinArchitecture.Small.Heads) => "swin_s-5e29d889.pth",
            SwinTOptions { Architecture: var a }
                when a.EmbeddingDimensions == 128
                    && Same(a.Depths, SwinArchitecture.Base.Depths)
                    && Same(a.Heads, SwinArchitecture.Base.Heads) => "swin_b-68c6b09e.pth",
            _ => null,
        };

    /// <summary>
    /// Loads the weights selected by the options into a network's encoder; does nothing if none are selected.
    /// </summary>
    /// <exception cref="FileNotFoundException">
    /// The weights are not on this machine and cannot be downloaded; the message says which file to put where.
    /// </exception>
    /// <exception cref="PoseFormatException">The file is damaged, or of another architecture.</exception>
    public static void Load(PoseNetwork network)
    {
        if (network.Backbone is not StagedBackboneOptions { PretrainedWeights: { } wanted } options)
            return;
        var path = wanted == ImageNet ? Find(FileOf(options)!, Folders(), Download) : wanted;
        using var scope = NewDisposeScope();
        NetworkState.LoadEncoder(
            network,
            Normalized(TorchCheckpoint.Read(path).ToTensors(), options.InChannels, path),
            path
        );
    }

    /// <summary>Returns the folders in which torch stores such files, the most specific one first.</summary>
    public static IReadOnlyList<string> Folders()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var home = Environment.GetEnvironmentVariable("TORCH_HOME") is { Length: > 0 } torchHome
            ? torchHome
            : Path.Combine(cache, "torch");
        return [Path.Combine(home, "hub", "checkpoints")];
    }

    /// <summary>
    /// Returns the path of the file in one of the folders; downloads it to the first folder if there is none.
    /// </summary>
    /// <remarks>
    /// The publisher gives the first eight digits of the SHA-256 only. All of it is written beside the file when it is
    /// first used, and compared from then on: what was used once cannot become another file with the same digits.
    /// </remarks>
    public static string Find(string file, IReadOnlyList<string> folders, Action<string, Stream> download)
    {
        if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is { } found)
        {
            using var content = File.OpenRead(found);
            RequireSameHash(found, RequireHash(found, file, content));
            return found;
        }
        var target = Path.Combine(folders[0], file);
        try
        {
            Directory.CreateDirectory(folders[0]);
            var hash = "";
            AtomicFile.Write(
                target,
                stream =>
                {
                    download(Address + file, stream);
                    stream.Position = 0;
                    hash = RequireHash(target, file, stream);
                }
            );
            File.Delete(target + HashEnding); // of a file that was there before
            RequireSameHash(target, hash);
            return target;
        }
        catch (Exception fault)
            when (fault is HttpRequestException or TaskCanceledException or IOException or UnauthorizedAccessException)
        {
            throw new FileNotFoundException(
                $"The ImageNet weights '{file}' are not in {string.Join(" or ", folders)}, and {Address}{file} could "
                    + $"not be fetched ({fault.Message}). Fetch it on a machine with a network and put it there, "
                    + $"or "
                    + $"name its path in Backbone.PretrainedWeights.",
                file,
                fault
            );
        }
    }

    /// <summary>
    /// Returns a state dict whose first convolution takes images of 0 to 1, with one channel or three.
    /// </summary>
    internal static IReadOnlyDictionary<string, Tensor> Normalized(
        IReadOnlyDictionary<string, Tensor> tensors,
        int channels,
        string path
    )
    {
        if (
            !tensors.TryGetValue(FirstWeight, out var weight)
            || !tensors.TryGetValue(FirstBias, out var bias)
            || weight.dim() != 4
            || weight.size(1) != 3
        )
        {
            throw new PoseFormatException(
                path,
                FirstWeight,
                "It is missing or not a convolution of three channels, "
                    + "expected the weights of a ConvNeXt or Swin Transformer of torchvision."
            );
        }

        using var noGrad = no_grad();
        // Σ w (x − m) / s = Σ (w / s) x − Σ w m / s
        var scaled = weight.div(tensor(Deviation).to(ScalarType.Float32).view(1, 3, 1, 1));
        var shifted = bias.sub(
            scaled.mul(tensor(Mean).to(ScalarType.Float32).view(1, 3, 1, 1)).sum(new long[] { 1, 2, 3 })
        );
        return new Dictionary<string, Tensor>(tensors)
        {
            [FirstWeight] = channels == 1 ? scaled.sum(1, true) : scaled,
            [FirstBias] = shifted,
        };
    }

    private static void Download(string address, Stream to)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(30) };
        using var response = client.Send(
            new HttpRequestMessage(HttpMethod.Get, address),
            HttpCompletionOption.ResponseHeadersRead
        );
        response.EnsureSuccessStatusCode();
        using var from = response.Content.ReadAsStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = from.Read(buffer)) > 0; )
        {
            to.Write(buffer, 0, read);
            if (to.Length > MaxBytes)
                throw new IOException($"it has more than the {MaxBytes >> 20} MB that such a file can have");
        }
    }

    private static string RequireHash(string path, string file, Stream content)
    {
        var expected = file[(file.LastIndexOf('-') + 1)..^".pth".Length];
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!hash.StartsWith(expected, StringComparison.Ordinal))
        {
            throw new PoseFormatException(
                path,
                null,
                $"Its SHA-256 begins with {hash[..8]}, expected {expected}: "
                    + $"the file is damaged or another one. Delete it to have it fetched again."
            );
        }

        return hash;
    }

    private static void RequireSameHash(string path, string hash)
    {
        var noted = path + HashEnding;
        try
        {
            if (!File.Exists(noted))
            {
                AtomicFile.WriteText(noted, hash + "\n");
                return;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return; // a folder that the user cannot write to
        }

        using var reader = new StreamReader(noted);
        var buffer = new char[hash.Length];
        var known = new string(buffer, 0, reader.ReadBlock(buffer));
        if (known != hash)
        {
            throw new PoseFormatException(
                path,
                null,
                $"Its SHA-256 is {hash}, and was {OneLine.Short(known)} when it was first used ('{noted}'): it is "
                    + "another file. Delete both to have it fetched again."
            );
        }
    }

    private static bool Same(IEnumerable<int> one, IEnumerable<int> other) => one.SequenceEqual(other);
}
