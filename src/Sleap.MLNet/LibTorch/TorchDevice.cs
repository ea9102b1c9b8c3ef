using System.Globalization;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Which device a name means.</summary>
internal static class TorchDevice
{
    /// <summary>What is wrong with a device's name, or null.</summary>
    public static string? Fault(string name) =>
        IsKnown(name) ? Absence(name) : $"is '{name}'; it can be auto, cpu, cuda or cuda:N.";

    /// <summary>Why the machine has no such device; null when it has, or when the name is none.</summary>
    public static string? Absence(string name)
    {
        if (!IsKnown(name) || name is "auto" or "cpu")
            return null;
        if (!HasCuda)
        {
            return $"is '{name}', but libtorch sees no CUDA device. Use auto or cpu, or the "
                + $"TorchSharp-cuda package and a driver that fits it.";
        }

        var wanted = name == "cuda" ? 0 : int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture);
        return wanted < torch.cuda.device_count()
            ? null
            : $"is '{name}', but there are only "
                + $"{torch.cuda.device_count()} CUDA devices (counted from 0). Use auto for the first one.";
    }

    /// <summary>Whether libtorch can use a CUDA device.</summary>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static bool HasCuda
    {
        get
        {
            LibTorchLibrary.Load();
            return torch.cuda.is_available();
        }
    }

    private static bool IsKnown(string name) =>
        name is "auto" or "cpu" or "cuda"
        || (
            name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        );

    /// <summary>The device of a name that has no fault; <c>auto</c> is the first GPU, or the CPU.</summary>
    public static torch.Device Of(string name) =>
        name switch
        {
            "auto" => HasCuda ? torch.device("cuda:0") : torch.device("cpu"),
            "cuda" => torch.device("cuda:0"),
            _ => torch.device(name),
        };
}
