// The editor as one script. The page's own script starts it with the portal's configuration, by `CMS.init`.
import CMS from "@sveltia/cms";

window.CMS = CMS;
