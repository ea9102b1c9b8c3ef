namespace Sleap.MLNet;

/// <summary>
/// The precision that a backbone computes in. Parameters, heads and outputs are always in single precision.
/// </summary>
public enum Precision
{
    /// <summary>32 bits in all layers, on GPUs too: TF32 is off for the whole process.</summary>
    Single,

    /// <summary>
    /// bfloat16, 16 bits: about half to three quarters of the time where the device has fast units for it (CUDA devices,
    /// CPUs with AMX, and for a U-Net's predictions CPUs with AVX512-BF16, where only products are rounded), elsewhere
    /// the same or more.
    /// </summary>
    BFloat16,

    /// <summary>
    /// <see cref="BFloat16"/> for a U-Net on a device with fast units for it where its gradients are right, else
    /// <see cref="Single"/>.
    /// </summary>
    Auto,
}
