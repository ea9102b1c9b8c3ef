using System.Globalization;
using Sleap.Transforms;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Parses and checks device names.</summary>
internal static class TorchDevice
{
    /// <summary>Adds a fault if the name is not that of a device, or if the machine does not have the device.</summary>
    public static void Check(OptionFaults faults, string option, string name)
    {
        var absence = Absence(name);
        faults
            .Expect(IsKnown(name), option, $"'{name}'", "auto, cpu, cuda or cuda:N")
            .If(absence is not null, $"{option} {absence}");
    }

    /// <summary>
    /// Returns the reason why the machine does not have the device; null if it has it, or if the name is invalid.
    /// </summary>
    public static string? Absence(string name)
    {
        if (!IsKnown(name) || name is "auto" or "cpu")
            return null;
        if (!HasCuda)
        {
            return $"is '{name}', but libtorch sees no CUDA device. Use auto or cpu, or the "
                + "TorchSharp-cuda package and a driver that fits it";
        }

        var wanted = name == "cuda" ? 0 : int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture);
        return wanted < torch.cuda.device_count()
            ? null
            : $"is '{name}', but there are only "
                + $"{torch.cuda.device_count()} CUDA devices (counted from 0). Use auto for the first one";
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

    /// <summary>Returns the device of a valid name; <c>auto</c> is the first GPU, or the CPU.</summary>
    public static torch.Device Of(string name) =>
        name switch
        {
            "auto" => HasCuda ? torch.device("cuda:0") : torch.device("cpu"),
            "cuda" => torch.device("cuda:0"),
            _ => torch.device(name),
        };
}
