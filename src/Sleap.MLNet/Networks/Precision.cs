namespace Sleap.MLNet;

/// <summary>
/// The precision that a backbone computes in. Parameters, heads and outputs are always in single precision.
/// </summary>
public enum Precision
{
    /// <summary>32 bits, everywhere.</summary>
    Single,

    /// <summary>
    /// bfloat16, 16 bits: about half the time where the device has units for it
    /// (<see cref="BFloat16Support.IsFast"/>), elsewhere the same or more.
    /// </summary>
    BFloat16,

    /// <summary>
    /// <see cref="BFloat16"/> for a U-Net where it is faster (<see cref="BFloat16Support.IsFast"/>) and its gradients
    /// are right, else <see cref="Single"/>.
    /// </summary>
    Auto,
}
