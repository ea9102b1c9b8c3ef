namespace Sleap.MLNet;

/// <summary>How a network's parameters are drawn before training.</summary>
public enum Initialization
{
    /// <summary>
    /// What torch does by itself: uniform weights and biases in ±1/√fan-in. sleap-nn's <c>default</c>.
    /// </summary>
    Default,

    /// <summary>Xavier-uniform weights and zero biases. sleap-nn's <c>xavier</c>.</summary>
    Xavier,

    /// <summary>
    /// Normal weights of variance 2/fan-in (He et al. 2015, doi:10.1109/ICCV.2015.123), zero biases, and weights of the
    /// heads' last layers of standard deviation 0.001, so that the first output is about zero. Small confidence maps
    /// are mostly zero, and a network that starts with full signal in its depth and none at its output leaves the
    /// "nothing anywhere" plateau several times sooner than with <see cref="Default"/>.
    /// </summary>
    He,
}
