namespace Sleap.MLNet;

/// <summary>
/// The numbers that a backbone computes with. Parameters, heads and outputs are in single precision whatever it is.
/// </summary>
public enum Precision
{
    /// <summary>32 bits, everywhere.</summary>
    Single,

    /// <summary>
    /// 16-bit brain floats: about half the time where the device has units for them
    /// (<see cref="BFloat16Support.IsFast"/>), elsewhere the same or more.
    /// </summary>
    BFloat16,

    /// <summary>
    /// <see cref="BFloat16"/> for a U-Net where that is faster (<see cref="BFloat16Support.IsFast"/>) and right, else
    /// <see cref="Single"/>.
    /// </summary>
    Auto,
}
